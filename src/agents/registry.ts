import { unprocessable } from '../errors.ts';
import type { AgentKind } from './agent.ts';
import { n8n } from './n8n.ts';

/** Late answers are posted in one shape, whichever kind was asked. */
export { readAnswer } from './n8n.ts';

/** Every kind of agent there is. A new kind is one file and one line here. */
export const agentKinds: readonly AgentKind[] = [n8n];

/**
 * Parse stored settings with the kind's own `settings` before handing them to `answer`.
 * Throws AppError 422 for a kind that does not exist.
 */
export function agentKind(kind: string): AgentKind {
  const found = agentKinds.find((candidate) => candidate.kind === kind);
  if (!found) {
    throw unprocessable(
      `there is no such kind of agent; use one of: ${agentKinds.map((each) => each.kind).join(', ')}`,
    );
  }
  return found;
}
