import { MikroORM } from '@mikro-orm/postgresql';
import { findConversations, type Place, type Wanted } from '../../src/conversations/find-conversations.ts';
import { lastMessagesOf } from '../../src/conversations/last-messages.ts';
import { labelsOf } from '../../src/conversations/labels.ts';
import { connect } from '../../src/database/connect.ts';
import { appUrl } from '../../src/database/migrate.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { openSetting } from '../setting.ts';
import { fillDesk, type Desk } from './fill.ts';
import { benchStandstill } from './standstill.ts';
import { benchStats } from './stats.ts';

/**
 * `npm run bench:desk`: what a manager waits for in a tenant with 1,000,000 messages, each page read as the list reads it,
 * with what it shows of each conversation; how long others wait for a large index; and a tenant's numbers among 10,000
 * tenants.
 */
const [ROUNDS, LIMIT] = [100, 50];

const setting = await openSetting();
try {
  const ownerUrl = await setting.database();
  console.log('Filling the database: this takes a minute or two');
  const desk = await fillDesk(ownerUrl);
  const password = createKeyRing(setting.key).derive('database app role').toString('hex');
  const orm = await connect({ url: appUrl(ownerUrl, password), pool: 2, log: () => undefined });
  try {
    console.table(await measure(orm, desk));
    console.log('Others in the process while the index of 20,000 FAQs is read and built');
    console.table(await benchStandstill(orm, ownerUrl, desk.tenantId));
  } finally {
    await orm.close();
  }
  console.log('Numbers of one of 10,000 tenants, over HTTP');
  console.table(
    (await benchStats(setting)).map(({ what, p50Ms, p95Ms }) => ({
      what,
      'p50 ms': p50Ms.toFixed(1),
      'p95 ms': p95Ms.toFixed(1),
    })),
  );
} finally {
  await setting.close();
}

async function measure(orm: MikroORM, desk: Desk) {
  const deep = await placeAt(orm, desk.tenantId, 20);
  const pages: [string, Wanted, (Place | null)?][] = [
    ['first page', {}],
    ['page 21', {}, deep],
    ['handler', { handler: 'queued' }],
    ['open', { status: 'open' }],
    ['closed', { status: 'closed' }],
    ['assignee', { assignee: desk.userId }],
    ['nobody has it', { assignee: null }],
    ['channel, half of all', { channelId: desk.channelId }],
    ['contact', { contactId: desk.contactId }],
    ['label, a third of all', { label: 'sales' }],
    ['label, few', { label: 'vip' }],
    ['channel and label', { channelId: desk.channelId, label: 'vip' }],
    ['closed, with a label', { status: 'closed', label: 'sales' }],
    ['word, common', { words: 'the' }],
    ['word, usual', { words: 'delivery' }],
    ['word, usual in one language in twenty', { words: 'توصيل' }],
    ['word, rare', { words: desk.rareWord }],
    ['number of an order', { words: 'order-1000777' }],
    ['two words', { words: 'vegan delivery' }],
    ['two words, never together', { words: 'delivery توصيل' }],
    ['beginning of a word', { words: 'del' }],
    ['no such word', { words: 'nothingofthekind' }],
    ['common word, queued', { words: 'the', handler: 'queued' }],
    ['rare word, page 21', { words: desk.rareWord }, deep],
  ];
  const rows = [];
  for (const [what, wanted, after = null] of pages) {
    const times: number[] = [];
    let found = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      found = await read(orm, desk.tenantId, wanted, after);
      times.push(performance.now() - start);
    }
    const [p50, p95] = [0.5, 0.95].map((share) => times.toSorted((a, b) => a - b)[Math.floor(share * ROUNDS)] ?? 0);
    rows.push({ what, found, 'p50 ms': p50?.toFixed(1), 'p95 ms': p95?.toFixed(1) });
  }
  return rows;
}

function read(orm: MikroORM, tenantId: string, wanted: Wanted, after: Place | null): Promise<number> {
  return withTenant(orm, tenantId, async (em) => {
    const { conversations } = await findConversations(em, tenantId, wanted, after, LIMIT);
    const ids = conversations.map(({ id }) => id);
    await Promise.all([labelsOf(em, tenantId, ids), lastMessagesOf(em, tenantId, ids)]);
    return conversations.length;
  });
}

/** Where the list goes on after so many pages. */
async function placeAt(orm: MikroORM, tenantId: string, pages: number): Promise<Place | null> {
  let place: Place | null = null;
  for (let page = 0; page < pages; page++) {
    const after: Place | null = place;
    place = (await withTenant(orm, tenantId, (em) => findConversations(em, tenantId, {}, after, LIMIT))).next;
  }
  return place;
}
