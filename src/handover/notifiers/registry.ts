import { unprocessable } from '../../errors.ts';
import type { Notifier } from '../notifier.ts';
import { email } from './email.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';

/** Every way of telling managers there is. A new one is one file and one line here. */
export const notifierKinds: readonly Notifier[] = [email, slack, telegram, webhook];

/**
 * Parse stored settings with the kind's own `config` before handing them to `send`.
 * Throws AppError 422 for a kind that does not exist.
 */
export function notifierKind(kind: string): Notifier {
  const found = notifierKinds.find((candidate) => candidate.kind === kind);
  if (found) return found;
  throw unprocessable(
    `there is no such kind of notifier; use one of: ${notifierKinds.map((each) => each.kind).join(', ')}`,
  );
}
