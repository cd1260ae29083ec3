import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { setLabels } from '../../src/conversations/labels.ts';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { watchHandover } from '../../src/handover/watch-handover.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { chromiumPath, newPage, startChromium } from '../support/chromium.ts';
import { call, hire, type Person } from '../support/people.ts';
import { buildShop, conversationOf, handlerOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { conversationById, memberById, queueUp, setMember } from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
let chromium: Browser;
let shop: Shop;
let mia: Person;
let leo: Person;
/** What went wrong in each page. */
const pages = new Map<Page, string[]>();

// The page needs a browser: where there is none, what it asks of the API is tested in test/http/api.
describe.skipIf(!chromiumPath)('the desk in a browser', () => {
  beforeAll(async () => {
    chromium = await startChromium();
  }, 60_000);
  afterAll(() => chromium?.close());
  beforeEach(async () => {
    await Promise.all([...pages.keys()].map((page) => page.close()));
    pages.clear();
    shop = await buildShop(world, { handoverMode: 'immediate', thresholds: { presence_grace: 4 } });
    mia = await hire(world, shop.tenantId, 'manager');
    leo = await hire(world, shop.tenantId, 'manager');
  });

  async function sit(person: Person, conversationId = ''): Promise<Page> {
    const { page, errors } = await newPage(chromium);
    pages.set(page, errors);
    await page.goto(`${world.url}/desk/${shop.slug}/login?token=${person.token}`);
    if (conversationId) await page.evaluate(`location.hash = '${conversationId}'`);
    return page;
  }
  const text = async (page: Page, selector: string) =>
    z.string().parse(await page.evaluate(`document.querySelector('${selector}').innerText`));
  const click = (page: Page, id: string) => page.evaluate(`document.getElementById('${id}').click()`);
  const isOn = async (page: Page, what: string) => page.evaluate(`document.getElementById('here').${what}`);
  const shows = (page: Page, selector: string, words: string | RegExp) =>
    until(async () => expect(await text(page, selector)).toMatch(words));
  const focus = (page: Page, id: string) => page.evaluate(`document.getElementById('${id}').focus()`);
  const opened = async (page: Page) => z.string().parse(await page.evaluate('location.hash.slice(1)'));
  const isOnline = async (person: Person) => (await memberById(world, shop, person.userId)).isOnline;
  const seenAt = async (person: Person) => (await memberById(world, shop, person.userId)).seenAt?.getTime() ?? 0;

  describe('presence', () => {
    const switchOn = async (page: Page) => {
      await until(async () => expect(await isOn(page, 'disabled')).toBe(false));
      await click(page, 'here');
      await until(async () => expect(await isOnline(mia)).toBe(true));
    };

    it('is said by the switch, kept for as long as the page is open, and ends by itself after it', async () => {
      const page = await sit(mia);
      await switchOn(page);
      const first = await seenAt(mia);
      // Longer than the grace, in which nothing is done on the page.
      await until(async () => expect(await seenAt(mia)).toBeGreaterThan(first + 4_500));
      expect(await isOnline(mia)).toBe(true);
      await click(page, 'here');
      await until(async () => expect(await isOnline(mia)).toBe(false));
      await shows(page, '#here-note', 'You are away.');
      await click(page, 'here');
      await until(async () => expect(await isOnline(mia)).toBe(true));
      await page.close();
      pages.clear();
      await until(async () => expect(await isOnline(mia)).toBe(false));
    }, 40_000);

    it('comes back when the page was not heard for too long, but not when somebody has switched it off elsewhere', async () => {
      const page = await sit(mia);
      await switchOn(page);
      // As the queue does it, when signs have failed to come.
      await setMember(world, shop, mia.userId, { isOnline: false, presenceDueAt: null });
      await until(async () => expect(await isOnline(mia)).toBe(true));
      await call(world, mia.token, 'PUT', '/me/presence', { body: { isOnline: false } });
      await shows(page, '#here-note', 'You are away.');
      const last = await seenAt(mia);
      expect([await isOnline(mia), await isOn(page, 'checked')]).toEqual([false, false]);
      const signs = () =>
        page.evaluate(`performance.getEntriesByType('resource').filter(({ name }) => /beat/.test(name)).length`);
      const before = Number(await signs());
      await until(async () => expect(await signs()).toBeGreaterThan(before + 1));
      expect([await isOnline(mia), await seenAt(mia)]).toEqual([false, last]);
    });
  });

  describe('the queue', { timeout: 60_000 }, () => {
    it('gives whoever waits longest to the one who asks for the next, and two people never the same', async () => {
      const waiting = [];
      for (const waits of [3, 9, 6]) waiting.push((await queueUp(world, shop, { waits })).conversationId);
      const [three, nine, six] = waiting;
      const [hers, his] = [await sit(mia), await sit(leo)];
      await shows(hers, '#badge', '3 waiting');
      expect(await text(hers, '#waiting li')).toMatch(/Contact 9\s+9 min\s+the contact asked for a human/);
      await click(hers, 'next');
      await until(async () => expect(await opened(hers)).toBe(nine));
      await shows(hers, '#state', 'You have it');

      await Promise.all([click(hers, 'next'), click(his, 'next')]);
      await until(async () => expect(new Set([await opened(hers), await opened(his)])).toEqual(new Set([three, six])));
      const owners = await Promise.all(
        [three, six].map(async (id) => (await conversationById(world, shop, id ?? '')).assigneeUserId),
      );
      expect(new Set(owners)).toEqual(new Set([mia.userId, leo.userId]));

      await shows(his, '#badge', /^$/);
      await click(his, 'next');
      await shows(his, '#next-status', 'Nobody waits.');
    });

    it('tells why the customer was told something that nobody wrote', async () => {
      const { conversationId, handoverId } = await queueUp(world, shop, { handover: { timeoutAt: new Date(0) } });
      await withUnit(world.deps, shop.tenantId, (unit) => watchHandover(unit, handoverId));
      const page = await sit(mia, conversationId);
      const why = () => page.evaluate(`document.querySelector('.why')?.textContent`);
      await until(async () => expect(await why()).toBe('Why?Because no manager came within queue_timeout.'));
    });

    it('shows why somebody waits and how long, labels, and who has it', async () => {
      const { conversationId } = await queueUp(world, shop, { waits: 125 });
      await withTenant(world.deps.orm, shop.tenantId, (em) =>
        setLabels(em, shop.tenantId, conversationId, ['refund', 'vip']),
      );
      const page = await sit(mia, conversationId);
      await shows(page, '#waiting li', /2 h\s+the contact asked for a human\s+refund\s*vip/);
      await shows(page, '#state', 'Waits for you: 2 h');
      expect(await text(page, '#labels')).toMatch(/refund\s*vip/);
      expect(await text(page, '#reason')).toBe('Why a person: the contact asked for a human');
      await click(page, 'reason');
      expect(await text(page, '#summary')).toContain('Contact 125 on Bot. Last said: "Is anybody there?"');

      await call(world, leo.token, 'POST', `/conversations/${conversationId}/take`, { body: {} });
      await shows(page, '#state', 'manager has it');
      await shows(page, '#progress li', 'manager has it');
      expect(await page.evaluate(`document.getElementById('take').disabled`)).toBe(true);
    });
  });

  describe('what is written', () => {
    it('as a note is shown as one, and never reaches the customer; what was begun as a reply stays', async () => {
      await writes(world, shop, 71, 'human please');
      await until(async () => expect(await handlerOf(world, shop, 71)).toBe('queued'));
      await until(() => expect(world.platform.textsTo('71')).toHaveLength(1));
      const { id } = await conversationOf(world, shop, 71);
      const page = await sit(mia, id);
      await shows(page, '#state', 'Waits for you');
      await focus(page, 'text');
      await page.keyboard.insertText('Dear customer');
      await page.evaluate(`document.getElementById('note').open = true`);
      await focus(page, 'note-text');
      await page.keyboard.insertText('He is always rude');
      await page.keyboard.press('Control+Enter');
      await shows(page, '.from-note', /Note for colleagues · You[^]*He is always rude/);
      // By then whatever else was said would have been sent: replies are sent in their order.
      await focus(page, 'text');
      await page.keyboard.press('Control+Enter');
      await until(() => expect(world.platform.textsTo('71')).toHaveLength(2));
      expect(world.platform.textsTo('71').at(-1)).toBe('Dear customer');
      expect(JSON.stringify(world.platform.calls)).not.toContain('rude');
      expect((await messagesOf(world, shop, id)).map(({ direction }) => direction)).toEqual([
        'in',
        'out',
        'internal',
        'out',
      ]);
      await shows(page, '#state', 'You have it');
    });

    it('may be files, which the customer gets with the words, and anybody here can save', async () => {
      await writes(world, shop, 73, 'human please');
      await until(async () => expect(await handlerOf(world, shop, 73)).toBe('queued'));
      const { id } = await conversationOf(world, shop, 73);
      const page = await sit(mia, id);
      await shows(page, '#state', 'Waits for you');
      const named = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`the words of ${name}`) });
      await page.setInputFiles('#files', ['menu.txt', 'wrong.txt'].map(named));
      await page.click('text=wrong.txt');
      await shows(page, '#chosen', /^menu\.txt ✕$/);
      await focus(page, 'text');
      await page.keyboard.insertText('Here it is.');
      await page.keyboard.press('Control+Enter');
      await shows(page, '.from-manager', /You[^]*sent[^]*Here it is\.[^]*\[file\] menu\.txt/);
      const sent = world.platform.calls.filter(({ body }) => String(body['chat_id']) === '73').slice(-2);
      expect(sent).toMatchObject([
        { body: { text: 'Here it is.' } },
        { body: { document: { name: 'menu.txt', words: 'the words of menu.txt' } } },
      ]);
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('.from-manager button.file')]);
      expect(download.suggestedFilename()).toBe('menu.txt');
      expect(await readFile(await download.path(), 'utf8')).toBe('the words of menu.txt');
      expect(await text(page, '#chosen')).toBe('');
      expect(pages.get(page)).toEqual([]);
    });

    it('is shown with the reason, where it could not be delivered', async () => {
      await writes(world, shop, 72, 'human please');
      await until(async () => expect(await handlerOf(world, shop, 72)).toBe('queued'));
      await until(() => expect(world.platform.textsTo('72')).toHaveLength(1));
      world.platform.answer = ({ body }, response) => {
        if (String(body['chat_id']) !== '72') return undefined;
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ok: false, error_code: 400, description: 'Bad Request: chat not found' }));
        return true;
      };
      const page = await sit(mia, (await conversationOf(world, shop, 72)).id);
      await shows(page, '#state', 'Waits for you');
      await focus(page, 'text');
      await page.keyboard.insertText('Hello?');
      await click(page, 'send');
      await shows(page, '.from-manager', /not delivered[^]*Hello\?[^]*chat not found/);
      world.platform.answer = undefined;
    });
  });

  it('lets a viewer look, and offers nothing else', async () => {
    const { conversationId } = await queueUp(world, shop);
    const page = await sit(await hire(world, shop.tenantId, 'viewer'), conversationId);
    await shows(page, '#messages', 'Is anybody there?');
    const hidden = `[...document.querySelectorAll('button, textarea, #here')].filter((one) => one.checkVisibility()).map(({ id }) => id)`;
    await until(async () => expect(await page.evaluate(hidden)).toEqual([]));
    expect(pages.get(page)).toEqual([]);
  });

  it('is worked with the keyboard alone', async () => {
    const { conversationId } = await queueUp(world, shop);
    const page = await sit(mia);
    await until(async () => expect(await isOn(page, 'disabled')).toBe(false));
    await shows(page, '#waiting', 'Contact 1');
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.tagName');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('here');
    await page.keyboard.press('Space');
    await until(async () => expect(await isOnline(mia)).toBe(true));
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('next');
    await page.keyboard.press('Enter');
    await until(async () => expect(await opened(page)).toBe(conversationId));
    await shows(page, '#state', 'You have it');
    const stops = [];
    for (let n = 0; n < 8 && stops.at(-1) !== 'send'; n++) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
    }
    expect(stops.slice(-3)).toEqual(['text', 'files', 'send']);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('note-text');
    expect(pages.get(page)).toEqual([]);
  });
});
