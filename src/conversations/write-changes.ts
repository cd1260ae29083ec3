import { ChangeSetType, type ChangeSet, type EntityManager } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import { uuidList, type Statement } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';
import { columnOf } from '../tenancy/insert-rows.ts';

/** What a turn that automation answers changes of its conversation, and of what type it is. */
const OF_A_TURN = [
  ['lastSeq', 'int'],
  ['answeredSeq', 'int'],
  ['turnStartedAt', 'timestamptz'],
  ['turnDueAt', 'timestamptz'],
  ['lastTurnDigest', 'text'],
  ['botReplyCount', 'int'],
  ['replyHourAt', 'timestamptz'],
  ['repliesInHour', 'int'],
  ['missedCount', 'int'],
  ['consentQuietTurns', 'int'],
  ['lastInboundAt', 'timestamptz'],
  ['lastActivityAt', 'timestamptz'],
  ['firstResponseAt', 'timestamptz'],
  ['updatedAt', 'timestamptz'],
] as const satisfies [keyof Conversation, string][];

/**
 * Writes what was changed of entities; they are not to be changed after it. Where that is what turns change as a rule, it takes a
 * statement that is planned once: the ORM writes another text for each number of conversations and each set of changes.
 */
export async function writeChanges(em: EntityManager): Promise<void> {
  const work = em.getUnitOfWork();
  work.computeChangeSets();
  const changes = work.getChangeSets();
  const turns = changes.flatMap(turnIn);
  if (turns.length < changes.length) return em.flush();
  if (turns.length > 0) await runBound(em, updateOf(turns));
  // The end of the transaction would look for changes once more.
  em.clear();
}

const properties: ReadonlySet<string> = new Set(OF_A_TURN.map(([property]) => property));

function turnIn({ type, entity, payload }: ChangeSet<object>): Conversation[] {
  const isUsual = type === ChangeSetType.UPDATE && Object.keys(payload).every((property) => properties.has(property));
  return isUsual && entity instanceof Conversation ? [entity] : [];
}

const columns = OF_A_TURN.map(([property, type]) => ({ property, name: columnOf(property), type }));

/** Sets all that a turn may change. The rows are locked: what was not changed is as it was. */
const UPDATE = `
  update conversations c set ${columns.map(({ name }) => `${name} = r.${name}`).join(', ')}
  from json_to_recordset(?::json) as r (id uuid, ${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})
  where c.tenant_id = current_setting('app.tenant_id')::uuid and c.id = any (?::uuid[]) and c.id = r.id`;

const updateOf = (conversations: Conversation[]): Statement => [
  UPDATE,
  [JSON.stringify(conversations.map(toRow)), uuidList(conversations.map(({ id }) => id))],
];

const toRow = (conversation: Conversation) =>
  Object.fromEntries([['id', conversation.id], ...columns.map(({ property, name }) => [name, conversation[property]])]);
