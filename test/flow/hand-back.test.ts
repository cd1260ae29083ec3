import { expect, it } from 'vitest';
import { addAgent } from '../../src/tenancy/provision.ts';
import { asManager, buildShop, conversationOf, writes } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

it('an agent is told nothing from before the hand back', async () => {
  const shop = await buildShop(world, { handoverMode: 'immediate' });
  const { orm, keys } = world.deps;
  const settings = {
    workflowUrl: `${world.platform.url}/webhook/${shop.slug}`,
    secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  };
  await addAgent(orm, keys, shop.tenantId, { name: 'Workflow', kind: 'n8n', settings, channelId: null });
  world.platform.answer = (call, response) => {
    if (!call.path.startsWith('/webhook/')) return undefined;
    response.end(JSON.stringify({ reply: `answer to ${String(call.body['message'])}` }));
    return true;
  };

  await writes(world, shop, 91, 'I want to talk to a human about a refund');
  await until(async () => expect((await conversationOf(world, shop, 91)).handler).toBe('queued'));
  const { id } = await conversationOf(world, shop, 91);
  await asManager(world, shop, `/conversations/${id}/replies`, { text: 'The refund is on its way.' });
  await until(() => expect(world.platform.textsTo('91').at(-1)).toBe('The refund is on its way.'));
  expect((await asManager(world, shop, `/conversations/${id}/hand-back`, {})).status).toBe(200);

  for (const text of ['Is a table left?', 'And a chair?']) {
    await writes(world, shop, 91, text);
    await until(() => expect(world.platform.textsTo('91').at(-1)).toBe(`answer to ${text}`));
  }
  const told = world.platform.calls.filter(({ path }) => path.startsWith('/webhook/')).map(({ body }) => body);
  expect(told.map(({ history }) => history)).toMatchObject([
    [],
    [
      { role: 'contact', text: 'Is a table left?' },
      { role: 'agent', text: 'answer to Is a table left?' },
    ],
  ]);
  expect(JSON.stringify(told)).not.toMatch(/refund/);
});
