import { readdirSync, readFileSync } from 'node:fs';
import type { ChannelIo, OutgoingFile, OutgoingMessage } from '../../src/channels/adapter.ts';
import { plainRequest } from '../support/plain-request.ts';
import type { Path } from './mutate.ts';
import type { Reply } from './scripted-platform.ts';

/** One way in which the platform proves who it is. */
export interface Scheme<Config> {
  name: string;
  /** False where only a header is compared: then a changed body cannot be noticed. */
  coversBody: boolean;
  /** The headers of a genuine call, and no others. */
  sign: (rawBody: Buffer, config: Config, now: Date) => Record<string, string>;
}

/** One answer of the platform and what `send` must make of it. */
export interface SendCase {
  name: string;
  replies: Reply[];
  message?: Partial<OutgoingMessage>;
  gives:
    | { externalId: string; movedTo?: string }
    | { permanent: 'message' | 'conversation' | 'channel'; code?: string; says?: RegExp }
    | { retryAfterMs: number; scope: 'conversation' | 'channel' }
    | 'uncertain'
    | 'not sent';
}

export interface Harness<Config> {
  /** A valid config. `platformUrl` is where the scripted platform listens. */
  config(platformUrl: string): Config;
  /** The same channel after all its secrets were changed. */
  otherConfig(platformUrl: string): Config;
  schemes: Scheme<Config>[];
  /** How the platform writes JSON; plain by default. */
  encode?: (body: unknown) => Buffer;
  /** Bodies of event types that do not exist yet. */
  unknown: unknown[];
  /** Fixtures that hold several things, and where those are. */
  batches?: { fixture: string; elements: Path[] }[];
  /** Empty for a channel whose `send` makes no call. */
  sends: SendCase[];
  /** Where a file is uploaded before the message that shows it: how the platform takes it. */
  upload?: Reply;
}

export const outgoing = (extra: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  id: '0198c9a2-7b1e-7c3d-9f40-2d6a1b3c4d5e',
  to: '16505551234',
  text: 'Hello',
  quickReplies: [],
  ...extra,
});

/** A picture, so small that a platform takes it as one. */
export const outgoingFile = (extra: Partial<OutgoingFile> = {}): OutgoingFile => ({
  type: 'image',
  fileName: 'menu.png',
  mimeType: 'image/png',
  sizeBytes: 11,
  url: 'https://desk.example/api/v1/files/a-token',
  read: () => Promise.resolve(Buffer.from('the picture')),
  ...extra,
});

export const ioTo = (platform: { url: string }, signal = new AbortController().signal): ChannelIo => ({
  request: plainRequest,
  apiBase: platform.url,
  signal,
});

/** Every `test/fixtures/<kind>/*.json`, by its name. Big ids are strings there, as the door of the house makes them. */
export function loadFixtures(kind: string): Record<string, unknown> {
  const folder = new URL(`../fixtures/${kind}/`, import.meta.url);
  const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return Object.fromEntries(files.map((file) => [file.replace(/\.json$/, ''), read(file)]));
}
