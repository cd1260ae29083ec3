import { Agent, request } from 'node:http';
import { Client } from 'pg';
import { updateOf, type FaultTenant } from './tenants.ts';

/** Senders that go on asking one another connection each, until nobody listens any more. */
export interface Crowd {
  /** Status codes of the answers. */
  answers: number[];
  /** Requests whose connection stood and broke without an answer. */
  dropped: string[];
  underWay(): number;
  done: Promise<void>;
}

/** `size` chats that each write the next message as soon as the one before is answered, on connections kept alive. */
export function startCrowd(port: number, tenant: FaultTenant, size: number): Crowd {
  let underWay = 0;
  const crowd = { answers: [] as number[], dropped: [] as string[] };

  async function write(chat: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let n = 0; ; n++) {
      underWay += 1;
      const end = await askOnce(agent, port, tenant, JSON.stringify(updateOf(chat, n)));
      underWay -= 1;
      if (end === 'refused') break;
      if (typeof end === 'number') crowd.answers.push(end);
      else crowd.dropped.push(`message ${n} of chat ${chat}: ${end.reason}`);
    }
    agent.destroy();
  }

  const done = Promise.all(Array.from({ length: size }, (_, index) => write(index + 1))).then(() => undefined);
  return { ...crowd, underWay: () => underWay, done };
}

function askOnce(agent: Agent, port: number, tenant: FaultTenant, body: string) {
  return new Promise<number | 'refused' | { reason: string }>((resolve) => {
    const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': tenant.secretToken };
    const options = { host: '127.0.0.1', port, path: tenant.path, method: 'POST', agent, headers };
    const asking = request(options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', (error) => resolve({ reason: error.message }));
    });
    asking.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : { reason: error.message }),
    );
    asking.end(body);
  });
}

/** Holds up every webhook's insert until it is let go. */
export async function holdInbox(ownerUrl: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query('begin');
  await client.query('lock table inbound_events in access exclusive mode');
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}
