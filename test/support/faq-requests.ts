import { z } from 'zod';
import type { Shop } from './tenants.ts';
import type { World } from './world.ts';

const Groups = z.object({
  turns: z.number(),
  answeredNow: z.number(),
  isCut: z.boolean(),
  totalGroups: z.number(),
  groups: z.array(
    z.object({
      id: z.string(),
      question: z.string(),
      keywords: z.array(z.string()),
      conversations: z.number(),
      turns: z.number(),
      examples: z.array(z.object({ conversationId: z.string(), text: z.string(), at: z.string() })),
    }),
  ),
});

/** A manager's request to /api/v1/faqs: status and body. */
export async function ask(world: World, shop: Shop, method: string, path: string, body?: unknown) {
  const response = await fetch(`${world.url}/api/v1/faqs${path}`, {
    method,
    headers: { authorization: `Bearer ${shop.managerToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
}

export async function unansweredOf(world: World, shop: Shop, query = '') {
  return Groups.parse((await ask(world, shop, 'GET', `/unanswered${query}`)).body);
}
