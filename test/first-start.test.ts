import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openBrowser, type Browser } from './support/browser.ts';
import { dataFolder } from './support/data-folder.ts';
import { DEMO_LIMIT_MS, playDemo, story, talkIn } from './support/demo.ts';
import { createService, type Service } from './support/faults/services.ts';
import { reservePort } from './support/faults/stores.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let service: Service;
let platformPort: number;
let url: string;

beforeAll(async () => {
  folder = await dataFolder();
  platformPort = await reservePort();
  const platform = `http://127.0.0.1:${platformPort}`;
  const forDemo = { OUTBOUND_ALLOW: '127.0.0.0/8', TELEGRAM_API_BASE: platform, WHATSAPP_API_BASE: platform };
  const env = { DATA_DIR: folder.dataDir, PORT: '0', LOG_LEVEL: 'warn', ...forDemo };
  service = createService({ name: 'frontdesk', env });
  service.start();
  await service.ready();
  url = /running on (\S+)/.exec(service.output())?.[1] ?? '';
}, 120_000);
afterAll(async () => {
  await service.terminate();
  await folder.remove();
}, 60_000);

/** The path that is printed for a tenant behind these words. */
function printedPath(slug: string, words: string): string {
  const [, link = ''] = new RegExp(`\\(${slug}\\)\\n(?:.*\\n)?? +${words} +(\\S+)`).exec(service.output()) ?? [];
  if (!link.startsWith(`${url}/`)) throw new Error(`no such link was printed: ${words}`);
  return link.slice(url.length);
}

/** Somebody who has opened the printed link to the manager view. */
async function manager(slug: string): Promise<Browser & { get(path: string): Promise<unknown> }> {
  const browser = openBrowser({ url });
  const opened = await browser.ask('GET', printedPath(slug, 'answer as a manager'));
  expect([opened.status, opened.headers.get('location')]).toEqual([302, `/desk/${slug}`]);
  return {
    ...browser,
    async get(path) {
      const { status, body } = await browser.ask('GET', `/api/v1${path}`, undefined, { 'x-frontdesk-tenant': slug });
      expect(status).toBe(200);
      return body;
    },
  };
}

const Settings = z.object({
  systemMessage: z.string(),
  handoverMode: z.string(),
  language: z.string(),
  thresholds: z.record(z.string(), z.unknown()),
});
const Faqs = z.object({
  items: z.array(
    z.object({
      question: z.string(),
      answer: z.string(),
      keywords: z.array(z.string()),
      priority: z.number(),
      isActive: z.boolean(),
    }),
  ),
});

/** What both demo tenants are to be, word by word. */
const tenants = [
  {
    tenant_id: 'coffee_shop_123',
    system_message:
      'You are a friendly coffee shop assistant. Help customers with orders, menu questions, and store hours.',
    handover_mode: 'ask',
    language: 'en',
    thresholds: { response_timeout: 30, max_responses: 5 },
    faqs: [
      ['What are your opening hours?', 'We open 7am-9pm daily', 'hours, opening, time'],
      [
        'Do you have vegan options?',
        'Yes! We offer oat milk, almond milk, and vegan pastries',
        'vegan, dairy-free, plant-based',
      ],
    ],
  },
  {
    tenant_id: 'tech_support_456',
    system_message:
      'You are a technical support specialist. Help users with software issues, account problems, and technical questions.',
    handover_mode: 'immediate',
    language: 'en',
    thresholds: { response_timeout: 60, max_responses: 10, escalation_threshold: 0.8 },
    faqs: [
      ['How do I reset my password?', 'Go to login page and click "Forgot Password"', 'password, reset, forgot'],
      ['Why is my app crashing?', 'Try clearing cache and restarting the app', 'crash, error, restart, cache'],
    ],
  },
];

describe('the first start', () => {
  it.each(tenants)('prints a chat and a manager view of $tenant_id, and both answer', async ({ tenant_id: slug }) => {
    const visitor = openBrowser({ url });
    const chat = printedPath(slug, 'write as a customer');
    expect(await visitor.ask('GET', chat)).toMatchObject({ status: 200, body: expect.stringContaining('chat.js') });
    expect(await visitor.ask('POST', `${chat}/session`)).toMatchObject({ status: 200 });

    const mia = await manager(slug);
    expect(await mia.ask('GET', `/desk/${slug}`)).toMatchObject({
      status: 200,
      body: expect.stringContaining('desk.js'),
    });
    expect(await mia.get('/conversations')).toMatchObject({ items: [] });
  });

  it.each(tenants)('makes $tenant_id as it is to be, word by word', async (written) => {
    const slug = written.tenant_id;
    const mia = await manager(slug);
    const settings = Settings.parse(await mia.get('/settings'));
    const { items } = Faqs.parse(await mia.get('/faqs'));
    expect(items.map(({ priority, isActive }) => [priority, isActive])).toEqual(items.map(() => [1, true]));
    expect({
      tenant_id: slug,
      system_message: settings.systemMessage,
      handover_mode: settings.handoverMode,
      language: settings.language,
      thresholds: settings.thresholds,
      faqs: new Set(items.map(({ question, answer, keywords }) => [question, answer, keywords.join(', ')])),
    }).toEqual({ ...written, faqs: new Set(written.faqs) });
  });

  it(
    'is all that npm run demo needs to play on this Frontdesk, with FRONTDESK_URL',
    { timeout: DEMO_LIMIT_MS },
    async () => {
      const { code, said } = await playDemo({
        FRONTDESK_URL: url,
        DATA_DIR: folder.dataDir,
        PLATFORM_PORT: String(platformPort),
      });
      expect(said).toContain('Everything happened as promised.');
      expect(talkIn(said)).toEqual(story);
      expect(code).toBe(0);
    },
  );
});
