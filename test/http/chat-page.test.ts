import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueManagerToken } from '../../src/auth/manager-token.ts';
import { newId } from '../../src/id.ts';
import { findTenantBySlug, userIdFor } from '../../src/tenancy/as-system.ts';
import { demoChatKey, demoManager, seedDemo } from '../../src/tenancy/demo.ts';
import { chromiumPath, newPage, startChromium } from '../support/chromium.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const SLUG = 'coffee_shop_123';
let chromium: Browser;

// The pages need a browser: where there is none, what they ask of the service is tested in webchat.test.ts and desk.test.ts.
describe.skipIf(!chromiumPath)('the web chat in a browser', () => {
  beforeAll(async () => {
    await seedDemo(world.deps.orm, world.deps.keys);
    chromium = await startChromium();
  }, 60_000);
  afterAll(() => chromium?.close());

  /** What the log of a page says, message by message, without names and times. */
  const said = (page: Page) => page.locator('#messages .words').allInnerTexts();
  /** A page of one of both sides, as its user sees it and works with it. */
  async function open(path: string) {
    const { page, errors } = await newPage(chromium);
    await page.goto(world.url + path);
    const write = async (text: string) => {
      await page.locator('#text').fill(text);
      await page.getByRole('button', { name: /send/i }).click();
    };
    const sees = (words: RegExp, count: number) =>
      until(async () => {
        const all = await said(page);
        expect([all.length, all.at(-1)]).toEqual([count, expect.stringMatching(words)]);
      });
    return { page, errors, write, sees };
  }

  /** As the link that is printed at the start. */
  async function deskLink(): Promise<string> {
    const { orm, keys } = world.deps;
    const tenant = await findTenantBySlug(orm, SLUG);
    const userId = await userIdFor(orm, { id: newId(), ...demoManager });
    return `/desk/${SLUG}/login?token=${await issueManagerToken(keys, { tenantId: tenant?.id ?? '', userId }, 1)}`;
  }

  it('answers from the FAQs, offers a person, brings the visitor to the desk and the manager’s words back', async () => {
    const visitor = await open(`/chat/${demoChatKey(SLUG)}`);
    await visitor.write('What are your opening hours?');
    await visitor.sees(/^We open 7am-9pm daily/, 2);
    await visitor.write('Can I bring my dog?');
    await visitor.sees(/other words/, 4);
    await visitor.write('Is my dog allowed inside?');
    await visitor.sees(/person/, 6);
    expect(await visitor.page.locator('#quick button').allInnerTexts()).toEqual(['Yes, please', 'No, thanks']);
    await visitor.page.getByRole('button', { name: 'Yes, please' }).click();
    await visitor.sees(/person/, 8);
    expect((await said(visitor.page))[6]).toBe('Yes, please');
    expect(await visitor.page.locator('#quick button').count()).toBe(0);

    const manager = await open(await deskLink());
    await until(async () => expect(await manager.page.locator('#badge').innerText()).toBe('1 waiting'));
    await manager.page.locator('#waiting a').click();
    await manager.sees(/person/, 8);
    expect((await said(manager.page)).slice(4, 7)).toEqual([
      'Is my dog allowed inside?',
      expect.stringMatching(/person/),
      'Yes, please',
    ]);
    await manager.write('Dogs are welcome on our terrace!');
    await visitor.sees(/^Dogs are welcome on our terrace!$/, 9);
    expect(await visitor.page.locator('#messages li').last().innerText()).toMatch(/^Manager/);

    await visitor.write('Thank you!');
    await manager.sees(/^Thank you!$/, 10);
    await visitor.page.reload();
    await visitor.sees(/^Thank you!$/, 10);
    expect([visitor.errors, manager.errors]).toEqual([[], []]);
  }, 120_000);
});
