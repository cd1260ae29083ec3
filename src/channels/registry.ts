import type { ChannelAdapter } from './adapter.ts';
import { n8n } from './n8n.ts';
import { telegram } from './telegram.ts';
import { webchat } from './webchat.ts';
import { webhook } from './webhook.ts';
import { whatsapp } from './whatsapp.ts';

/** Every platform there is. A new one is its file, its line here and its fixtures. */
const adapters: ChannelAdapter[] = [telegram, whatsapp, webchat, webhook, n8n];

const byKind = new Map(adapters.map((adapter) => [adapter.kind, adapter]));

export const channelKinds = adapters.map(({ kind }) => kind);

/** `kind` as it stands in an address; undefined for one that does not exist. */
export const channelAdapter = (kind: string): ChannelAdapter | undefined => byKind.get(kind);
