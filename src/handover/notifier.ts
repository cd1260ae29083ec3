import type { z } from 'zod';
import type { SafeRequest } from '../safe-request.ts';
import type { Packet } from './packet.ts';

/** What a manager is told when a customer needs a person. */
export interface HandoverNotice extends Packet {
  /** A UUID that stays the same over retries. */
  id: string;
  tenant: { slug: string; name: string };
  /** A sentence for people. */
  reason: string;
  /** Who has the conversation; null while it waits for anybody, or for somebody of whom we know no more. */
  assignedTo?: { userId: string; name: string } | null;
  /** Opens the conversation. */
  url: string;
  /** ISO 8601. */
  createdAt: string;
  /** Said in place of all else, where somebody wrote to the target and has to be told something. */
  note?: Note;
  /** How to answer from here, where that is not what the kind of notifier says by itself. */
  replyHint?: string;
}

/** A few words under a message in a chat of managers. */
export interface Note {
  text: string;
  /** The chat, and the platform's id of the message, as the channel names them. */
  thread: string;
  messageId: string;
}

/** The operator's mail server. */
export interface SmtpSettings {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the start. */
  url: string;
  from: string;
}

/** What a notifier may use of the outside world. */
export interface NotifierIo {
  request: SafeRequest;
  /** Null: the operator has set no mail server. */
  smtp: SmtpSettings | null;
  /** The APIs' origins by kind, where the operator points them elsewhere. */
  apiBases: Record<string, string>;
  signal: AbortSignal;
}

/** A way of telling managers: one file, one plain object, one line in the registry. */
export interface Notifier<Config = unknown> {
  kind: string;
  /** Doubles as the form in the dashboard. Secrets carry `.meta({ secret: true })`. */
  config: z.ZodType<Config>;
  /** The other side drops what it has seen by its id: a notice that is sent again says what it said at first. */
  repeatsItself?: true;
  /**
   * `externalId` is under what an answer to the notice refers to it, null where nobody can answer it.
   * `movedTo` is the id of the chat where it was shown, when that is not the one of the config any more.
   * Throws PermanentError, RetryAfterError or UncertainError; any other error means "not sent, try again".
   * Scope `channel` means the whole target: it has to be repaired before anything reaches it again.
   */
  send(
    notice: HandoverNotice,
    config: Config,
    io: NotifierIo,
  ): Promise<{ externalId: string | null; movedTo?: string }>;
}
