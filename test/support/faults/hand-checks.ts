import { handoverText, type AgentTenant } from './agent-tenants.ts';
import type { HandBack } from './manager.ts';
import type { Send } from './platform.ts';
import type { ConversationRow, DecisionRow, MessageRow, Rows, TransitionRow } from './rows.ts';
import type { Tell } from './stored.ts';
import { HUMAN_WISH } from './tenants.ts';
import type { Call } from './workflows.ts';

/** What is known of one conversation. */
export interface Talk {
  tenant: AgentTenant;
  conversation: ConversationRow;
  /** What came of it, as the database tells. */
  rows: Rows;
  received: Send[];
  handBacks: HandBack[];
  calls: Call[];
}

export interface HandCounts {
  wishes: number;
  handovers: number;
  handBacks: number;
  /** Messages of contacts while a human had the conversation. */
  toHumans: number;
}

export const noHands = (): HandCounts => ({ wishes: 0, handovers: 0, handBacks: 0, toHumans: 0 });

/** A conversation's ways to a human and back: automation is silent in between, and starts afresh afterwards. */
export function checkHands(talk: Talk, counts: HandCounts, tell: Tell): void {
  const { conversation, rows, handBacks } = talk;
  const { transitions, decisions } = rows;
  const done = handBacks.filter(({ isDone }) => isDone).length;
  const ways = transitions.map(({ from_handler, to_handler }) => `${from_handler}-${to_handler}`);
  const wanted = Array.from({ length: ways.length }, (_, n) => WAY[n % WAY.length]);
  if (ways.join() !== wanted.join()) tell(`went ${ways.join()}`);
  if (transitions.some(({ epoch }, n) => epoch !== n + 1) || conversation.epoch !== ways.length) {
    tell(`has epoch ${conversation.epoch} after the changes ${transitions.map(({ epoch }) => epoch).join()}`);
  }
  if (conversation.handler !== (transitions.at(-1)?.to_handler ?? 'bot')) tell(`is with ${conversation.handler}`);
  const handovers = ways.filter((way) => way === 'bot-queued').length;
  const decided = decisions.filter(({ outcome }) => outcome === 'hand_over').length;
  const ended = rows.handovers.filter(({ outcome }) => outcome === 'handed_back').length;
  if (rows.handovers.length !== handovers || decided !== handovers) {
    tell(`was handed over ${handovers} times, by ${decided} decisions, as ${rows.handovers.length} handovers`);
  }
  if (done !== handBacks.length || ended !== done || ways.filter((way) => way === 'human-bot').length !== done) {
    tell(`was to be handed back ${handBacks.length} times, and ${ended} handovers ended so, ${ways.join()}`);
  }
  counts.handovers += handovers;
  counts.handBacks += done;
  checkDecisions(talk, counts, tell);
  checkWords(talk, tell);
  checkSilence(talk, tell);
  checkFreshStart(talk, tell);
}

/** A manager who answers has it, and gives it back. */
const WAY = ['bot-queued', 'queued-human', 'human-bot'];

const holderAt = (transitions: TransitionRow[], epoch: number) =>
  transitions.find((row) => row.epoch === epoch)?.to_handler ?? 'bot';

/** Does not end a run: it is what was decided of the contact's words when they came. */
const isFirst = ({ agent_run_id, outcome }: DecisionRow) => agent_run_id === null || outcome === 'ask_agent';

const covers = (decision: DecisionRow, { seq }: MessageRow) => decision.first_seq <= seq && seq <= decision.last_seq;

/** Each message belongs to one decision, and whoever has the conversation then decides which. */
function checkDecisions({ rows }: Talk, counts: HandCounts, tell: Tell): void {
  const { transitions, decisions } = rows;
  for (const message of rows.messages.filter(({ direction }) => direction === 'in')) {
    const isWish = message.content.startsWith(HUMAN_WISH);
    if (isWish) counts.wishes += 1;
    const covering = decisions.filter((decision) => covers(decision, message));
    const firsts = covering.filter(isFirst);
    const ends = covering.filter((decision) => !isFirst(decision));
    // What was said while the agent thought is handed over with what it had no answer for.
    const isTakenIn = firsts.length === 0 && ends.length === 1 && ends[0]?.outcome === 'hand_over';
    if ((firsts.length !== 1 && !isTakenIn) || ends.length > 1) {
      tell(`the message with seq ${message.seq} belongs to ${JSON.stringify(covering)}`);
    }
    if (isWish && firsts[0]?.outcome === 'ask_agent') tell(`'${message.content}' was given to the agent`);
  }
  for (const decision of decisions.filter(isFirst)) {
    const { epoch, outcome, first_seq, last_seq, reply_message_id } = decision;
    const holder = holderAt(transitions, epoch);
    if (outcome === 'silent') counts.toHumans += last_seq - first_seq + 1;
    const isRight =
      holder === 'bot'
        ? outcome === 'ask_agent'
        : outcome === 'silent'
          ? reply_message_id === null
          : outcome === 'hand_over' && holder === 'queued';
    if (!isRight) tell(`turn ${first_seq}..${last_seq} ended as ${outcome} while it was with ${holder}`);
    const isWanted = rows.messages.some((one) => covers(decision, one) && one.content.startsWith(HUMAN_WISH));
    if (outcome === 'hand_over' && !isWanted)
      tell(`turn ${first_seq}..${last_seq} was handed over, and nobody had asked`);
  }
}

/** While a human has it, automation says only that it was handed over; a manager's words are said once. */
function checkWords({ rows, handBacks }: Talk, tell: Tell): void {
  const { transitions, decisions, outbound } = rows;
  const announcements = new Set(
    decisions.flatMap((row) => (row.outcome === 'hand_over' ? [row.reply_message_id] : [])),
  );
  for (const row of outbound) {
    const holder = holderAt(transitions, row.epoch);
    if (row.is_automatic && holder !== 'bot' && !announcements.has(row.message_id)) {
      tell(`automation said '${row.text}' while it was with ${holder}`);
    }
  }
  const said = outbound.flatMap((row) => (row.is_automatic ? [] : [row.text]));
  const wanted = handBacks.map(({ text }) => text);
  if (said.join() !== wanted.join()) tell(`the manager said ${wanted.join()}, and ${said.join()} was sent`);
}

/** As the contact saw it: from the handover on nobody but the manager speaks, until it was handed back. */
function checkSilence({ tenant, received, handBacks }: Talk, tell: Tell): void {
  let isHeld = false;
  let answered: HandBack | undefined;
  for (const { text, arrivedAt } of received) {
    const manager = handBacks.find((one) => one.text === text);
    if (manager || text === handoverText(tenant.slug)) {
      isHeld = true;
      answered = manager;
    } else if (isHeld && !(answered && answered.askedAt < arrivedAt)) {
      tell(`the contact got '${text}' after the handover, and nobody had handed it back`);
    } else {
      isHeld = false;
    }
  }
}

/** What was said before it was handed back is neither answered nor told to an agent. */
function checkFreshStart({ rows, calls }: Talk, tell: Tell): void {
  for (const run of rows.runs) {
    const since = rows.transitions.findLast((row) => row.epoch <= run.epoch && row.to_handler === 'bot')?.epoch ?? 0;
    const old = rows.messages.filter(
      (message) =>
        message.direction === 'in' && rows.decisions.some((row) => row.epoch < since && covers(row, message)),
    );
    if (old.some(({ seq }) => seq >= run.first_seq)) tell(`run ${run.id} answers what was said before the hand back`);
    const told = calls.find(({ runId }) => runId === run.id)?.history ?? [];
    const repeated = old.filter(({ content }) => told.includes(content));
    if (repeated.length > 0) tell(`run ${run.id} was told '${repeated[0]?.content}', from before the hand back`);
  }
}
