import type { z } from 'zod';
import type { SafeRequest } from '../safe-request.ts';

/** What came along with words, or without any. A field that says nothing is left out; the file itself is not handed on. */
export interface AgentAttachment {
  /** `image`, `video`, `audio`, `voice`, `file`, `sticker`, `location`, `contact` or `unsupported`. */
  type: string;
  fileName?: string;
  /** Human-readable rest: a place's name and address, a shared contact's name and phone, a sticker's emoji. */
  label?: string;
  /** What was written in the same message. */
  caption?: string;
  latitude?: number;
  longitude?: number;
}

/** What an agent is given: words, not rows. */
export interface AgentTurn {
  /** Id of this run: correlation id for a later callback, idempotency key for the call. */
  runId: string;
  tenant: { id: string; slug: string };
  conversation: { id: string; channel: string };
  contact: { name: string | null; language: string | null };
  systemMessage: string;
  /** Language to answer in, ISO 639-1. */
  language: string;
  /** What the contact said since we last answered, in words; empty where there are only attachments. */
  message: string;
  /** What came with it, oldest first. */
  attachments: AgentAttachment[];
  /** Earlier messages, oldest first, nothing from before the last hand back. `text` is never empty: a file alone is `[image]`. */
  history: { role: 'contact' | 'agent' | 'manager'; text: string; attachments: AgentAttachment[]; at: string }[];
  /** After this instant the answer is not used. */
  deadline: Date;
}

export type AgentAnswer =
  | { type: 'reply'; text: string; confidence: number | null }
  | { type: 'handover'; reason: string; text: string | null }
  | { type: 'clarify'; text: string }
  /** Accepted; the answer comes later through a callback. `note`: why there was none at once, where that is not usual. */
  | { type: 'pending'; note?: string };

export interface AgentTools {
  request: SafeRequest;
  /** Where a late answer may be posted. */
  callbackUrl: string;
}

/**
 * A kind of automation that answers: one file, one plain object.
 * `answer` may throw: `NotAcceptedError` means the run never started and may be tried again.
 */
export interface AgentKind<Settings = unknown> {
  kind: string;
  settings: z.ZodType<Settings>;
  answer(turn: AgentTurn, settings: Settings, tools: AgentTools, signal: AbortSignal): Promise<AgentAnswer>;
  /** Reads an answer that came through a callback. Throws when it cannot be understood. */
  readAnswer?(body: unknown): AgentAnswer;
}

/** The agent refused or could not be reached before it began: trying again cannot start a second run. */
export class NotAcceptedError extends Error {
  override readonly name = 'NotAcceptedError';
  /** As long as the agent asked us to wait, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
