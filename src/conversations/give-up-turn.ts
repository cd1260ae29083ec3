import type { Asked } from '../faqs/ask.ts';
import { applyVerdict } from './apply-verdict.ts';
import type { ReasonCategory, Verdict } from './decide.ts';
import { lockOpen } from './find-or-open.ts';
import { closeTurn, factsOf } from './take-turn.ts';
import type { Unit } from './unit.ts';

const NOTHING: Asked = { match: null, runnerUp: null, parts: [], isPicked: false, evidence: null };
const CATEGORY: ReasonCategory = 'tool_failure';

/**
 * Ends a thread's open turn that could not be decided, whatever was tried: a human is to read it, and what the contact says
 * next is a new turn. Its words are not looked at again, for they may be what is at fault.
 */
export async function giveUpTurn(
  unit: Unit,
  thread: { channelId: string; thread: string },
  why: string,
): Promise<void> {
  const { em, settings, now } = unit;
  const [conversation] = (await lockOpen(em, settings.tenant.id, [thread])).values();
  if (!conversation?.turnStartedAt) return;
  const language = conversation.language ?? settings.language;
  const { answeredSeq, lastSeq, handler } = conversation;
  const turn = { text: '', language, firstSeq: answeredSeq + 1, lastSeq, startedAt: performance.now() };
  const facts = factsOf(unit, conversation, turn, now, NOTHING);
  closeTurn(conversation, lastSeq);
  const isWithHuman = handler === 'human' || handler === 'queued';
  const verdict: Verdict = {
    outcome: isWithHuman ? { type: 'silent' } : { type: 'hand_over', category: CATEGORY, text: null },
    path: 'failed',
    reason: `automation failed at this turn: ${why}`.slice(0, 500),
    escalation: 0,
  };
  applyVerdict(unit, conversation, turn, verdict, { asked: NOTHING, facts, agentRun: null });
}
