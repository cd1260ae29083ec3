import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { beforeAll } from 'vitest';
import { AgentRun } from '../../src/entities/agent-run.ts';
import { addAgent, addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import type { PlatformCall } from './fake-platform.ts';
import { buildShop, type Shop } from './tenants.ts';
import type { World } from './world.ts';

/** What a workflow does with a call; without one it starts and says no more, as n8n does by default. */
export type Workflow = (response: ServerResponse, call: PlatformCall) => void;

export const workflowSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const callbackSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const callbackToken = 'a-static-token-for-the-header-auth-of-n8n';
/** Of the channel at which workflows call back. */
export const callbackConfig = { secret: callbackSecret, callbackToken };

/** Answers with `body` as JSON, or as it is where it is a text. */
export const answering =
  (body: unknown, status = 200): Workflow =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** An n8n for the tests of a file: each shop that is built here has a workflow of its own. */
export function useWorkflows(world: World) {
  const workflows = new Map<string, Workflow>();
  beforeAll(() => {
    world.platform.answer = (call, response) => {
      const [, slug] = /^\/webhook\/(.+)$/.exec(call.path) ?? [];
      if (slug === undefined) return undefined;
      const act = workflows.get(slug) ?? answering({ message: 'Workflow was started' });
      act(response, call);
      return true;
    };
  });

  return {
    buildN8nShop: async ({
      workflow,
      ...overrides
    }: Parameters<typeof buildShop>[1] & { workflow?: Workflow } = {}) => {
      const shop = await buildShop(world, { systemMessage: 'You are kind.', language: 'en', ...overrides });
      if (workflow) workflows.set(shop.slug, workflow);
      const { orm, keys } = world.deps;
      const channel = { kind: 'n8n', name: 'n8n', config: callbackConfig };
      const { channelId, key } = await addChannel(orm, keys, shop.tenantId, channel);
      const settings = { workflowUrl: `${world.platform.url}/webhook/${shop.slug}`, secret: workflowSecret };
      await addAgent(orm, keys, shop.tenantId, { name: 'Workflow', kind: 'n8n', settings, channelId });
      return { shop, callbackUrl: `${world.url}/webhooks/n8n/${key}` };
    },
    callsOf: (shop: Shop) => world.platform.calls.filter((call) => call.path === `/webhook/${shop.slug}`),
    runsOf: ({ tenantId }: Shop) => withTenant(world.deps.orm, tenantId, (em) => em.find(AgentRun, { tenantId })),
  };
}

/** The workflow calls back, signed as n8n would with a Code or Crypto node, or with its Header Auth. */
export function callBack(url: string, body: Record<string, unknown>, { bearer = false } = {}): Promise<Response> {
  const text = JSON.stringify(body);
  const id = `msg_${String(body['runId'])}`;
  const now = new Date();
  const signed = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(callbackSecret).sign(id, now, text),
  };
  const headers = bearer ? { authorization: `Bearer ${callbackToken}` } : signed;
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}
