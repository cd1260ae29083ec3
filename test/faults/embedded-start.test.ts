import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/id.ts';
import { listen } from '../../src/listen.ts';
import { dataFolder } from '../support/data-folder.ts';
import { createService, type Service } from '../support/faults/services.ts';
import { postmasterOf, reservePort } from '../support/faults/stores.ts';

const undos: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo();
});

/** `npm start` with nothing set but the folder and the port. */
function startDefault(dataDir: string, port: number, more: Record<string, string> = {}): Service {
  const service = createService({
    name: 'frontdesk',
    env: { DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn', ...more },
  });
  undos.push(() => service.kill());
  service.start();
  return service;
}

async function newDataDir(): Promise<string> {
  const { dataDir, remove } = await dataFolder();
  undos.push(remove);
  return dataDir;
}

const CHAT = 'demo-coffee_shop_123';

async function json(url: string, body?: unknown, token?: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

const textsOf = async (url: string, token: string) => {
  const { messages } = await json(`${url}/chat/${CHAT}/messages`, undefined, token);
  return (messages as { text: string }[]).map(({ text }) => text);
};

const opening = ['What are your opening hours?', 'We open 7am-9pm daily'];

describe('npm start on its own database', () => {
  it('comes up again after kill -9 with all it had, and the second one on a port says so and ends', async () => {
    const dataDir = await newDataDir();
    const port = await reservePort();
    const url = `http://127.0.0.1:${port}`;
    const first = startDefault(dataDir, port);
    await first.ready();
    const { visitorId, token } = (await json(`${url}/chat/${CHAT}/session`, {})) as {
      visitorId: string;
      token: string;
    };
    await json(`${url}/webhooks/webchat/${CHAT}`, { visitorId, id: newId(), text: opening[0] }, token);
    await vi.waitFor(async () => expect(await textsOf(url, token)).toEqual(opening), { timeout: 10_000 });
    await first.kill();

    const second = startDefault(dataDir, port);
    await second.ready();
    expect(await textsOf(url, token)).toEqual(opening);
    await json(`${url}/webhooks/webchat/${CHAT}`, { visitorId, id: newId(), text: opening[0] }, token);
    await vi.waitFor(async () => expect(await textsOf(url, token)).toEqual([...opening, ...opening]), {
      timeout: 10_000,
    });

    const third = startDefault(dataDir, port);
    expect(await third.ended()).toBe(1);
    expect(third.output()).toMatch(new RegExp(`Port ${port} is taken.*PORT=`));
    expect(await textsOf(url, token)).toHaveLength(4);

    expect((await second.terminate()).code).toBe(0);
  });

  it('ends within 15 s of SIGTERM although an agent hangs, and takes its database along', async () => {
    const dataDir = await newDataDir();
    const port = await reservePort();
    const url = `http://127.0.0.1:${port}`;
    const service = startDefault(dataDir, port, { OUTBOUND_ALLOW: '127.0.0.0/8' });
    await service.ready();
    const workflow = await startSilentWorkflow();
    await command(dataDir, ['agent', 'coffee_shop_123', 'n8n', `workflowUrl=${workflow.url}`, `secret=${SECRET}`]);
    const { visitorId, token } = (await json(`${url}/chat/${CHAT}/session`, {})) as {
      visitorId: string;
      token: string;
    };
    await json(`${url}/webhooks/webchat/${CHAT}`, { visitorId, id: newId(), text: 'Where is my order?' }, token);
    await vi.waitFor(() => expect(workflow.calls()).toBe(1), { timeout: 10_000 });

    const { code, ms } = await service.terminate();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(15_000);
    expect(() => postmasterOf(`${dataDir}/postgres`)).toThrow();
  });
});

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

/** A workflow that takes the call and never answers. */
async function startSilentWorkflow() {
  let calls = 0;
  const server = createServer(() => void (calls += 1));
  const port = await listen(server, 0, '127.0.0.1');
  undos.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${port}/webhook/silent`, calls: () => calls };
}

async function command(dataDir: string, [name = '', tenant = '', kind = '', ...set]: string[]): Promise<void> {
  const args = ['src/cli.ts', name, tenant, kind, ...set.flatMap((pair) => ['--set', pair])];
  await promisify(execFile)(process.execPath, args, { env: { PATH: process.env['PATH'], DATA_DIR: dataDir } });
}
