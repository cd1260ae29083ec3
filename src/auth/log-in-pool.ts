import pg from 'pg';

/**
 * Connections that see the people who log in: their accounts, sessions and second factors. All others see nothing of
 * them, so that no mistake elsewhere reads a password's hash or a session. Few are enough: one look-up a request.
 */
export function createLogInPool(databaseUrl: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 4,
    options: '-c app.log_in=on -c enable_seqscan=off -c statement_timeout=20000',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // A connection that is lost while nobody uses it.
  pool.on('error', onError);
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
