import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Contact } from '../../../src/entities/contact.ts';
import { Conversation } from '../../../src/entities/conversation.ts';
import { Message } from '../../../src/entities/message.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, hire } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let token: string;
let app: pg.Client;

beforeAll(async () => {
  [shop, other] = [await buildShop(world), await buildShop(world)];
  ({ token } = await hire(world, shop.tenantId, 'viewer'));
  app = new pg.Client(world.database.url);
  await app.connect();
});
afterAll(() => app.end());

let count = 0;
const now = Date.now();

/** A conversation in which this was said; the later it is made, the earlier its last activity. */
async function said({ tenantId, telegram }: Shop, texts: string[], set: Partial<Conversation> = {}): Promise<string> {
  count += 1;
  const [id, contactId] = [newId(), newId()];
  const { channelId } = telegram;
  await withTenant(world.deps.orm, tenantId, async (em) => {
    await em.insert(Contact, { tenantId, id: contactId, attributes: {} });
    await em.insert(Conversation, {
      tenantId,
      id,
      contactId,
      channelId,
      thread: `said-${count}`,
      lastSeq: texts.length,
      lastActivityAt: new Date(now - count * 1_000),
      ...set,
    });
    await em.insertMany(
      Message,
      texts.map((content, n) => ({
        tenantId,
        id: newId(),
        conversationId: id,
        channelId,
        seq: n + 1,
        senderKind: 'contact' as const,
        direction: 'in' as const,
        content,
        attachments: [],
        reactions: {},
        metadata: {},
        status: 'received' as const,
      })),
    );
  });
  return id;
}

const Page = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string().nullable() });

async function find(q: string, more = ''): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const path = `/conversations?limit=20&q=${encodeURIComponent(q)}${more}${cursor && `&cursor=${cursor}`}`;
    const reply = await call(world, token, 'GET', path);
    expect(reply.status, q).toBe(200);
    const page = Page.parse(reply.body);
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  return found;
}

describe('a search', () => {
  it('finds words and the beginning of the last one, in one message, in any language', async () => {
    for (const [text, queries, others] of [
      [
        'My Parcel, no. A-1234/567, is LATE!',
        ['parcel', 'late parcel', 'PARC', 'a-1234', '1234', '567', 'my par'],
        ['arcel', '234', 'par late'],
      ],
      ['Wo ist mein Größenpaket? Straße 5', ['größe', 'GROSSENP', 'grossenpaket wo', 'stra'], ['paket', 'enpaket']],
      ['¿Dónde está el envío?', ['donde', 'dónde', 'envio', 'ESTA envío'], ['esto']],
      ['Où est ma commande, s’il vous plaît', ['plait', 'OÙ', 'command'], ['plaint']],
      ['Где моя ДОСТАВКА, ёлки', ['доставка', 'достав', 'елки', 'ЁЛКИ где'], ['ставка']],
      ['متى تفتحون؟ شُكراً', ['شكرا', 'تفتح'], ['مساء']],
      ['שָׁלוֹם, איפה ההזמנה שלי', ['שלום', 'ההזמ'], ['תודה']],
      ['भुगतान कब होगा?', ['भुगतान', 'कब'], ['नमस्ते']],
      ['営業時間を教えてください', ['営業時間', '時間', 'ください'], ['予約']],
      ['配送费是多少？', ['配送', '多少'], ['退款']],
      ['ราคาเท่าไหร่', ['ราคา'], ['ขอบคุณ']],
      ['환불 정책이 궁금합니다', ['환불', '정책'], ['예약']],
      ['Mail me at mia.smith@example.com 👍🏽', ['mia.smith@example.com', 'smith', 'example'], ['👍🏽']],
      [`${'x'.repeat(3_000)} endless`, ['x'.repeat(60)], []],
      ["it's 100% \\ _done_ 'quoted' :*|&!()", ['100', 'done', "it's", 'quoted', '100% \\ done'], []],
    ] as const) {
      const id = await said(shop, ['Hello there', text, 'Anything else?']);
      for (const q of queries) expect(await find(q), `${text} by ${q}`).toContain(id);
      for (const q of others) expect(await find(q), `${text} by ${q}`).not.toContain(id);
    }
    // In two messages, not in one.
    expect(await find('hello parcel')).toEqual([]);
  });

  it('for nothing that is a word finds nothing', async () => {
    for (const q of ['!!!', '👍', "'", '%', '\\', '&', ':*']) expect(await find(q), q).toEqual([]);
    for (const q of ['', ' ']) {
      expect((await call(world, token, 'GET', `/conversations?q=${encodeURIComponent(q)}`)).status).toBe(422);
    }
  });

  it('finds the same whichever way is the cheapest: what is rare, what is common, and what both filters leave', async () => {
    const all: string[] = [];
    for (let n = 0; n < 130; n++) {
      const words = `everyday${n % 7 === 0 ? ' seventh' : ''}${n === 128 ? ' rareword' : ''}`;
      all.push(await said(shop, [words], { handler: n % 2 ? 'closed' : 'bot' }));
    }
    expect(await find('everyday')).toEqual(all);
    expect(await find('everyd')).toEqual(all);
    expect(await find('seventh everyday')).toEqual(all.filter((_, n) => n % 7 === 0));
    expect(await find('rareword')).toEqual([all[128]]);
    expect(await find('everyday', '&status=closed')).toEqual(all.filter((_, n) => n % 2 === 1));
    expect(await find('seventh', '&handler=bot')).toEqual(all.filter((_, n) => n % 14 === 0));
    const label = 'found';
    for (const id of [all[3], all[7], all[129]]) {
      const path = `/conversations/${id}/labels`;
      await call(world, shop.managerToken, 'PUT', path, { body: { labels: [label] } });
    }
    expect(await find('everyday', `&label=${label}`)).toEqual([all[3], all[7], all[129]]);
    expect(await find('seventh', `&label=${label}`)).toEqual([all[7]]);
  });

  it('never keeps a message from being stored, whatever it says', async () => {
    const hard = [
      'ﷲ'.repeat(133),
      'ﷺ'.repeat(5_000),
      '㌖'.repeat(4_000),
      'क़'.repeat(133),
      'ᾂ'.repeat(130),
      '⑳'.repeat(133),
    ];
    const any = fc.sample(fc.string({ unit: 'binary', maxLength: 200 }), { numRuns: 60, seed: 1 });
    const texts = [...hard, ...any.map((text) => text.replaceAll('\0', '').toWellFormed()), 'x'.repeat(20_000), ''];
    expect(await find('marmoset', `&contactId=${newId()}`)).toEqual([]);
    const id = await said(shop, [...texts, 'marmoset']);
    expect(await find('marmoset')).toEqual([id]);
  });

  it('follows what was edited', async () => {
    const id = await said(shop, ['before the edit marmalade']);
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeUpdate(Message, { tenantId: shop.tenantId, conversationId: id }, { content: 'after it jam' }),
    );
    expect([await find('marmalade'), await find('jam')]).toEqual([[], [id]]);
  });

  it('finds nothing of another tenant, which itself finds it', async () => {
    const id = await said(other, ['only the neighbours say rhubarb']);
    expect(await find('rhubarb')).toEqual([]);
    const theirs = await call(world, other.managerToken, 'GET', '/conversations?q=rhubarb');
    expect(theirs.body).toMatchObject({ items: [{ id }] });
  });

  it('takes the tenant from the transaction and nowhere else', async () => {
    const search = async (tenantId: string | null, words: string) => {
      await app.query('begin');
      if (tenantId) await app.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
      const { rows } = await app.query<{ conversation_id: string }>('select * from system_search_messages($1, 100)', [
        words,
      ]);
      await app.query('rollback');
      return rows.length;
    };
    const secret = `${other.tenantId.slice(-12)}rhubarb`;
    expect(await search(other.tenantId, 'rhubarb')).toBe(1);
    for (const words of ['rhubarb', secret, `x ${secret}`, `${secret} | rhubarb`]) {
      expect(await search(shop.tenantId, words), words).toBe(0);
      expect(await search(null, words), words).toBe(0);
    }
    expect(await search(other.tenantId, 'rhubarb & !rhubarb')).toBe(1);
  });
});
