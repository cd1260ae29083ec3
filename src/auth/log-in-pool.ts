import pg from 'pg';

const STATEMENT_MS = 20_000;
/** By then the server has given the statement up and said so, or it is not there any more: as everywhere else. */
const ANSWER_MS = STATEMENT_MS + 5_000;

/**
 * Connections that see the people who log in: their accounts, sessions and second factors. All others see nothing of
 * them, so that no mistake elsewhere reads a password's hash or a session. Few are enough: one look-up a request.
 * A server may be silent about a statement for `answerMs`; then its connection is given up.
 */
export function createLogInPool(databaseUrl: string, onError: (error: Error) => void, answerMs = ANSWER_MS): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 4,
    options: `-c app.log_in=on -c enable_seqscan=off -c statement_timeout=${STATEMENT_MS}`,
    query_timeout: answerMs,
    // Only so does the driver end a connection that did not answer in time, instead of lending it to the next one.
    pipeline: true,
    connectionTimeoutMillis: Math.min(answerMs, 10_000),
    keepAlive: true,
  });
  // A connection that is lost while nobody uses it.
  pool.on('error', onError);
  // One that is lost in use fails what is asked on it; unheard of, it would end the process as well.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** All of it, or nothing. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}
