import pg from 'pg';

/** The tenant that is measured, and how much lies in it and in others. */
const [CONVERSATIONS, PER_CONVERSATION] = [100_000, 10];
const [OTHER_TENANTS, OTHER_CONVERSATIONS] = [1_000, 10_000];

export interface Desk {
  tenantId: string;
  userId: string;
  channelId: string;
  contactId: string;
  /** In few messages. */
  rareWord: string;
}

/**
 * Fills a database: a tenant with 1,000,000 messages of 100,000 conversations among 1,000 tenants with 100,000
 * messages. What was said is put together from words as they are used: a few all the time, most
 * hardly ever.
 */
export async function fillDesk(ownerUrl: string): Promise<Desk> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query('create temp table sentences (n int primary key, words text)');
  await client.query('insert into sentences select * from unnest($1::int[], $2::text[])', [
    SENTENCES.map((_, n) => n),
    SENTENCES,
  ]);
  for (const statement of statements) await client.query(statement);
  const { rows } = await client.query<Omit<Desk, 'rareWord'>>(
    `select tenant_id as "tenantId", user_id as "userId", channel_id as "channelId", contact_id as "contactId"
     from threads where k = 777`,
  );
  await client.end();
  const [desk] = rows;
  if (!desk) throw new Error('the database was not filled');
  const rare = new Set(RARE);
  const rareWord = SENTENCES.slice(20_000)
    .flatMap((sentence) => sentence.split(' '))
    .find((one) => rare.has(one));
  return { ...desk, rareWord: rareWord ?? '' };
}

/** How a fifth to a half of all words are a few, in the languages of this much of the conversations. */
const LANGUAGES = [
  [
    60,
    'the a to is you my for do and it have i of in can please hello hi thanks not',
    'open today delivery table price coffee vegan milk refund parcel late size colour return shipping address friday',
  ],
  [
    10,
    'ich der die das und ist nicht bitte hallo danke für wann',
    'bestellung lieferung rechnung größe öffnungszeiten rückgabe paket adresse',
  ],
  [10, 'el la de que y en no por favor hola gracias mi', 'pedido envío horario talla devolución café dirección'],
  [10, 'и в не на я что у вас здравствуйте спасибо мой', 'заказ доставка размер возврат цена адрес сегодня'],
  [5, 'من في هل على أنا شكرا مرحبا', 'طلب توصيل سعر عنوان'],
  [5, 'は を です ます か ありがとう', '営業時間 予約 送料 返品 注文'],
] as const;
const RARE = Array.from({ length: 20_000 }, (_, n) => `${'bcdfghjklmnpr'[n % 13]}${'aeiou'[n % 5]}${n.toString(36)}x`);

/** Numbers in a row that is the same every time. */
function createChance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

const chance = createChance(7);
const pick = (words: readonly string[]) => words[chance(words.length)] ?? '';
const word = (common: readonly string[], usual: readonly string[]) => {
  const kind = chance(100);
  return pick(kind < 55 ? common : kind < 93 ? usual : RARE);
};
/** Sentences of a language lie together, so that a conversation is in one. */
const SENTENCES = LANGUAGES.flatMap(([share, common, usual]) =>
  Array.from({ length: share * 500 }, () =>
    Array.from({ length: 4 + chance(14) }, () => word(common.split(' '), usual.split(' '))).join(' '),
  ),
);

const statements = [
  'create temp table owners as select gen_random_uuid() as tenant_id, gen_random_uuid() as user_id, n from ' +
    `generate_series(0, ${OTHER_TENANTS - 1}) n`,
  `insert into tenants (id, slug, name) select tenant_id, 'desk-' || n, 'Desk ' || n from owners`,
  'insert into tenant_settings (tenant_id) select tenant_id from owners',
  `insert into users (id, email, name) select user_id, n || '@desk.example', 'Mia' from owners`,
  `insert into memberships (tenant_id, user_id, role) select tenant_id, user_id, 'manager' from owners`,
  `create temp table channels_of as select tenant_id, gen_random_uuid() as id, k from owners, generate_series(1, 3) k`,
  `insert into channels (tenant_id, id, kind, name, config_sealed)
   select tenant_id, id, 'telegram', 'Bot ' || k, '' from channels_of`,
  `create temp table threads as
   select o.tenant_id, o.user_id, gen_random_uuid() as id, gen_random_uuid() as contact_id, c.id as channel_id, t.k,
     now() - make_interval(secs => t.k * 60) as at
   from (select k, case when k <= ${CONVERSATIONS} then 0 else 1 + k % ${OTHER_TENANTS - 1} end as owner
     from generate_series(1, ${CONVERSATIONS + OTHER_CONVERSATIONS}) k) t
   join owners o on o.n = t.owner
   join channels_of c on c.tenant_id = o.tenant_id and c.k = case when t.k % 50 = 0 then 3 else 1 + t.k % 2 end`,
  `insert into contacts (tenant_id, id, display_name) select tenant_id, contact_id, 'Customer ' || k from threads`,
  `insert into conversations (tenant_id, id, channel_id, contact_id, thread, last_seq, answered_seq, last_activity_at,
     created_at, handler, assignee_user_id)
   select tenant_id, id, channel_id, contact_id, 'old-' || k, ${PER_CONVERSATION}, ${PER_CONVERSATION}, at, at,
     case when k % 1000 = 1 then 'queued' when k % 100 = 2 then 'human' when k < 500 then 'bot' else 'closed' end,
     case when k % 100 = 2 then user_id end
   from threads`,
  // In the order in which it was said: what was said at the same time lies together.
  `insert into messages (tenant_id, id, conversation_id, channel_id, seq, sender_kind, direction, content, status, created_at)
   select t.tenant_id, gen_random_uuid(), t.id, t.channel_id, seq,
     case when seq % 2 = 1 then 'contact' else 'agent' end, case when seq % 2 = 1 then 'in' else 'out' end,
     s.words || case when seq = 3 then ' order-' || (1000000 + t.k) else '' end, 'received', t.at
   from threads t cross join generate_series(1, ${PER_CONVERSATION}) seq
   join sentences s on s.n = ((hashint8(t.k)::bigint & 2147483647) % 49500) + (hashint8(t.k * 31 + seq)::bigint & 2147483647) % 500
   order by t.at`,
  `insert into conversation_labels (tenant_id, conversation_id, label)
   select tenant_id, id, label from threads, unnest(array['sales', 'vip']) label
   where label = 'sales' and k % 3 = 0 or label = 'vip' and k % 700 = 0`,
  'vacuum analyze',
  'checkpoint',
];
