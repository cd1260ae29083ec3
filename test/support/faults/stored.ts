import { groupBy, type ConversationRow, type EventRow, type Rows } from './rows.ts';
import type { Accepted } from './sender.ts';
import { messageText } from './tenants.ts';

export type Tell = (problem: string) => void;

/** Accepted = in the inbox, once, and handled without a hitch. Events by `<channel> <external id>`. */
export function eventsBroken(
  wanted: ReadonlySet<string>,
  { events }: Rows,
  isWell: (event: EventRow) => boolean = isHandled,
): string[] {
  const found = groupBy(events, keyOf);
  return [
    ...[...wanted]
      .filter((key) => found.get(key)?.length !== 1)
      .map((key) => `accepted, but not in the inbox once: ${key}`),
    ...[...found.keys()].filter((key) => !wanted.has(key)).map((key) => `in the inbox, but never accepted: ${key}`),
    ...events
      .filter((event) => event.attempts > 0 || !isWell(event))
      .map((event) => `event not handled well: ${JSON.stringify(event)}`),
  ];
}

export const keyOf = (event: Pick<EventRow, 'channel_id' | 'external_id'>) =>
  `${event.channel_id} ${event.external_id}`;

/** Of a message that a bot's webhook brought. */
export const keyOfMessage = ({ tenant, chat, n }: Accepted) => `${tenant.channelId} ${chat * 1_000 + n}`;

export const isHandled = ({ status, error }: EventRow) => status === 'handled' && error === null;

export const channelsBroken = ({ channels }: Rows): string[] =>
  channels
    .filter((row) => row.health === 'broken' || row.send_fault !== null || row.status !== 'active' || row.is_paused)
    .map((channel) => `channel does not work any more: ${JSON.stringify(channel)}`);

/** The messages of the contact, each once, in the order in which they were accepted, numbered without a gap. */
export function checkStored(conversation: ConversationRow, said: Accepted[], rows: Rows, tell: Tell): void {
  const messages = rows.messages.filter((row) => row.conversation_id === conversation.id);
  const stored = messages.filter((row) => row.direction === 'in').map((row) => row.content);
  const wanted = said.map(({ tenant, chat, n }) => messageText(tenant, chat, n));
  if (stored.join() !== wanted.join()) tell(`accepted ${wanted.join()} but stored ${stored.join()}`);
  const seqs = messages.map((row) => row.seq);
  if (seqs.some((seq, index) => seq !== index + 1) || conversation.last_seq !== seqs.length) {
    tell(`messages are numbered ${seqs.join()}, the last one being ${conversation.last_seq}`);
  }
  const discarded = new Set(rows.outbound.flatMap((row) => (row.status === 'discarded' ? [row.message_id] : [])));
  for (const row of messages) {
    const wantedStatus = discarded.has(row.id) ? 'withheld' : 'sent';
    if (row.direction === 'out' && row.status !== wantedStatus) {
      tell(`the answer with seq ${row.seq} is '${row.status}' instead of '${wantedStatus}'`);
    }
  }
}
