import { addChannel } from '../../src/tenancy/provision.ts';
import { metaSignature, type Shop } from './tenants.ts';
import type { World } from './world.ts';

let count = 90_000;

/** A WhatsApp number of a shop, and one contact who writes to it. */
export interface WhatsappNumber {
  channelId: string;
  /** The contact's number: the thread. */
  contact: string;
  /** Posts what `value` of a change of this field holds beside the account. Throws unless it was accepted. */
  post(value: Record<string, unknown>, field?: string): Promise<void>;
  /** The contact writes, or does what `content` says. */
  says(id: string, content: string | Record<string, unknown>): Promise<void>;
  /** A receipt for a message of ours. */
  receipt(id: string | null | undefined, status: string, code?: number): Promise<void>;
}

export async function addWhatsapp(world: World, { tenantId }: Pick<Shop, 'tenantId'>): Promise<WhatsappNumber> {
  count += 1;
  const [account, contact, appSecret] = [String(count), `346${count}`, `app-secret-of-number-${count}`];
  const config = { phoneNumberId: account, accessToken: 'access', appSecret, verifyToken: 'verify-me-please' };
  const channel = { kind: 'whatsapp', name: 'WhatsApp', config, accounts: [account] };
  const { channelId, key } = await addChannel(world.deps.orm, world.deps.keys, tenantId, channel);
  const now = () => String(Math.floor(Date.now() / 1000));

  const post: WhatsappNumber['post'] = async (value, field = 'messages') => {
    const metadata = { display_phone_number: '1', phone_number_id: account };
    const change = { field, value: { messaging_product: 'whatsapp', metadata, ...value } };
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '9', changes: [change] }] });
    const headers = { 'x-hub-signature-256': metaSignature(body, appSecret) };
    const { status } = await fetch(`${world.url}/webhooks/whatsapp/${key}`, { method: 'POST', body, headers });
    if (status !== 200) throw new Error(`the webhook was answered ${status}`);
  };

  return {
    channelId,
    contact,
    post,
    says(id, content) {
      const what = typeof content === 'string' ? { type: 'text', text: { body: content } } : content;
      const contacts = [{ profile: { name: 'Ana' }, wa_id: contact }];
      return post({ contacts, messages: [{ from: contact, id, timestamp: now(), ...what }] });
    },
    receipt(id, status, code) {
      const errors = code && { errors: [{ code, title: 'x', error_data: { details: `the details of ${code}` } }] };
      return post({ statuses: [{ id, status, timestamp: now(), recipient_id: contact, ...errors }] });
    },
  };
}
