import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { FailureScope } from '../errors.ts';
import type { SafeRequest } from '../safe-request.ts';

/** One webhook call as it came over the wire. `rawBody` are the exact bytes that were signed, already inflated. */
export interface WebhookRequest {
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  now: Date;
}

export interface Attachment {
  type: 'image' | 'video' | 'audio' | 'voice' | 'file' | 'sticker' | 'location' | 'contact' | 'unsupported';
  /** The platform's id, with which the bytes can be fetched later. */
  providerId?: string;
  /** Only for links that carry no credential. */
  url?: string;
  mimeType?: string;
  fileName?: string;
  sizeBytes?: number;
  latitude?: number;
  longitude?: number;
  /** Human-readable rest: a place's name and address, a shared contact's name and phone, a sticker's emoji. */
  label?: string;
}

export interface Sender {
  /** The person's id on this platform, as a string, whatever its size. */
  externalId: string;
  name?: string;
  /** BCP 47 hint, where the platform gives one. */
  language?: string;
}

interface ContactMessage {
  type: 'message';
  /** The platform's id of the message: what edits, reactions and receipts refer to. */
  messageId: string;
  from: Sender;
  /** What was typed, the caption, or the title of the button pressed. Empty for media without caption. */
  text: string;
  attachments: Attachment[];
  /** Id of the platform's message this one answers, where the person quoted one. */
  replyToId?: string;
  /** Payload of a pressed button or quick reply. */
  payload?: string;
  isGroup: boolean;
  sentAt: Date;
}

/** `scope`: how far the failure reaches; the message alone where nothing is said. */
interface ToldError {
  code: string;
  reason: string;
  scope?: FailureScope;
}

export type InboundContent =
  | ContactMessage
  /** Written by the business itself from the platform's own app: a human took over. */
  | { type: 'echo'; messageId: string; text: string; attachments: Attachment[]; sentAt: Date }
  /** The message as it is now; without `attachments` those from before stay. */
  | { type: 'edit'; messageId: string; text: string; attachments?: Attachment[]; editedAt: Date }
  | { type: 'deletion'; messageId: string }
  /** `emoji: null` takes the reaction back. */
  | { type: 'reaction'; messageId: string; emoji: string | null; from: Sender }
  | {
      type: 'status';
      messageId: string;
      status: 'sent' | 'delivered' | 'read' | 'failed';
      error?: ToldError;
      at: Date;
    }
  /** The account itself is in trouble, told without a message. Of `scope` channel nothing gets through until it is repaired. */
  | { type: 'account_error'; error: ToldError }
  /** The contact blocked or unblocked the business. */
  | { type: 'subscription'; subscribed: boolean }
  /** The chat goes on under another id (Telegram group to supergroup). */
  | { type: 'migration'; newThread: string }
  /** A workflow's late answer to a turn that it was given; `answer` is what `agents/` understands. */
  | { type: 'agent_answer'; runId: string; answer: unknown }
  /** Answers a message in the name of a chat, so that nobody can tell who wrote: of no effect, and its writer may be told. */
  | { type: 'anonymous'; reason: string; messageId: string; replyToId: string; sentAt: Date }
  /** Verified, understood, and of no effect for us: a bot's own message, an event type of tomorrow. */
  | { type: 'ignored'; reason: string }
  /** Genuine, and not in the documented shape: kept as failed until a version of ours reads it. */
  | { type: 'unreadable'; reason: string };

/** One thing that happened on a platform. A webhook call may carry many, even of several accounts. */
export interface InboundEvent {
  /** Stable over redeliveries and unique within the channel. */
  externalId: string;
  /** The account the event belongs to, where the body names one (WhatsApp's phone_number_id). */
  account?: string;
  /** The chat on the platform: events of one thread are handled in order. */
  thread: string;
  /** The smallest body that `parse` turns into this one event again; what is stored, and replayed after a fix. */
  payload: unknown;
  content: InboundContent;
}

/** A file of ours on its way to a contact. */
export interface OutgoingFile {
  type: 'image' | 'video' | 'audio' | 'file';
  fileName: string;
  /** Told by the content. */
  mimeType: string;
  sizeBytes: number;
  /** Gives the file to whoever has it, for a week. */
  url: string;
  /** The bytes. Call it only where they are sent themselves, and let what it throws pass. */
  read(): Promise<Buffer>;
}

export interface OutgoingMessage {
  /** Ours; the idempotency key where the platform has one. Stays the same over retries. */
  id: string;
  /** The thread to write to. */
  to: string;
  /** Never longer than `limits.textLength`. Empty where there is a file. */
  text: string;
  /** Sent in place of a text. */
  file?: OutgoingFile;
  /** Short answers offered as buttons where the platform has them, otherwise listed under the text. */
  quickReplies: string[];
}

/** A file that a person sent and the platform keeps. */
export interface FileToFetch {
  providerId: string;
  /** A larger one is not fetched. */
  maxBytes: number;
}

/** What a channel may use of the outside world. */
export interface ChannelIo {
  request: SafeRequest;
  /** The platform's API, e.g. `https://api.telegram.org`; the operator may point it elsewhere. */
  apiBase: string;
  signal: AbortSignal;
}

export interface ChannelLimits {
  /** Longest text of one message, counted in `unit`. */
  textLength: number;
  unit: 'utf16' | 'codepoints' | 'bytes';
  quickReplies: { max: number; titleLength: number };
  /** Hours after the contact's last message in which free text may be sent; absent = always. */
  windowHours?: number;
}

/** What a platform said when it was asked how a channel is doing. */
export interface Checkup {
  /** What the account is called there. */
  account: string | null;
  /** `breaks`: nothing gets through until it is repaired. Messages say what to do. */
  problems: { code: string; message: string; breaks: boolean }[];
}

/**
 * A messaging platform: one file, one plain object. Only what is given `io` does I/O.
 * `test/channels/conformance.ts` is the contract every one of them passes.
 */
export interface ChannelAdapter<Config = unknown> {
  kind: string;
  /** Doubles as the form in the dashboard. Secrets carry `.meta({ secret: true })`. */
  config: z.ZodType<Config>;
  apiBase: string;
  limits: ChannelLimits;
  /** True where the platform repeats a refused webhook for hours or days: then a suspended tenant's are dropped with 200. */
  repeatsRefusals: boolean;
  /** Where a person's browser is the sender: told what is wrong with an unreadable body, which is otherwise kept. */
  refusesUnreadable?: true;
  /** Of a webhook, in bytes and in JSON values and keys; left out, 1 MiB and 100,000. */
  largestBody?: { bytes: number; values: number };
  /** True where an accepted message may still fail, and a receipt says that it has got through. */
  tellsArrival?: true;
  /** True where sending the same `OutgoingMessage.id` twice shows one message. */
  idempotentSend: boolean;

  /** Constant-time, over the raw bytes, and false whenever anything is missing. */
  verify(request: WebhookRequest, config: Config): boolean;
  /**
   * A channel that nobody has, with secrets that this process has made up. What comes to an unknown address is verified with
   * it, so that it costs what a wrong proof costs.
   */
  nobody: Config;
  /** Throws when the body is not what the platform documents. Never returns two events with one `externalId`. */
  parse(body: unknown): InboundEvent[];
  /**
   * `movedTo` is the thread where it was shown, where that is not `message.to` any more.
   * Throws PermanentError, RetryAfterError, RetryOnceError or UncertainError; any other error means "not sent, try again".
   */
  send(message: OutgoingMessage, config: Config, io: ChannelIo): Promise<{ externalId: string; movedTo?: string }>;

  /**
   * What to answer the webhook of these events with, where the platform takes a call of its API as the answer. It is
   * given again when they come again, and nobody learns what became of it.
   */
  answer?(events: InboundEvent[]): object | undefined;
  /** The platform's GET challenge: text to answer with, or null to refuse. */
  handshake?(query: URLSearchParams, config: Config): string | null;
  /** Ids of the platform's accounts that this channel speaks for. Each can be connected once, whoever's it is. */
  accounts?(config: Config): string[];
  /** True where one URL serves all accounts, and finds the channel by the account in the body. */
  hasSharedAddress?: true;
  /** Tells the platform where to post. `url` ends in the channel's own key. */
  register?(url: string, config: Config, io: ChannelIo): Promise<void>;
  /** Has the platform post to `url` no more. What it posts elsewhere is left as it is. */
  unregister?(url: string, config: Config, io: ChannelIo): Promise<void>;
  /** Asks the platform whether it still lets us in and posts to `url`. Throws as `send` does. */
  check?(url: string, config: Config, io: ChannelIo): Promise<Checkup>;
  /** The bytes of an attachment with a `providerId`. Throws as `send` does. */
  fetchFile?(file: FileToFetch, config: Config, io: ChannelIo): Promise<Buffer>;
  /** What to send with while the secrets from before a rotation are good as well. */
  whileRotating?(config: Config, previous: Config): Config;
}
