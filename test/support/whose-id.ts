import type { Filled } from './fill-tenant.ts';

/** Which table's row is meant by `{id}` behind a word of a path. */
const BEHIND: Record<string, string> = {
  '/agents': 'agents',
  '/api-keys': 'api_keys',
  '/attachments': 'attachments',
  '/channels': 'channels',
  '/chats': 'conversations',
  '/conversations': 'conversations',
  '/failures/inbound': 'inbound_events',
  '/failures/notifications': 'notifications',
  '/failures/outbound': 'outbound_messages',
  '/faqs': 'faqs',
  '/faqs/tests': 'faq_tests',
  '/faqs/unanswered': 'messages',
  '/handovers': 'handovers',
  '/notification-targets': 'notification_targets',
  '/tenants': 'tenants',
};

/** Which table's row is meant by a property or parameter of this name. */
const NAMED: Record<string, string> = {
  agentId: 'agents',
  assignee: 'memberships',
  attachmentId: 'attachments',
  channelId: 'channels',
  contactId: 'contacts',
  conversationId: 'conversations',
  faqId: 'faqs',
  id: 'faqs',
  messageId: 'messages',
  replyChannelId: 'channels',
  userId: 'memberships',
};

/** Places of paths that no id belongs to. */
const WORDS: Record<string, string> = { box: 'outbound', index: '0', token: 'forged.invitation.token' };

/** The id of this tenant that belongs at a place of a path. Throws where nobody has said whose id it is. */
export function idInPath(path: string, name: string, tenantId: string, ids: Filled): string {
  if (name in WORDS) return WORDS[name] ?? '';
  const before = path
    .slice(0, path.indexOf(`/{${name}}`))
    .replaceAll('{box}', WORDS['box'] ?? '')
    .replaceAll(/\/\{\w+\}/g, '');
  const table = BEHIND[before] ?? NAMED[name];
  if (!table) throw new Error(`say in whose-id.ts which table's id '${name}' in ${path} is`);
  return idOf(table, tenantId, ids);
}

export function idNamed(name: string, tenantId: string, ids: Filled): string {
  const table = NAMED[name];
  if (!table) throw new Error(`say in whose-id.ts which table's id '${name}' is`);
  return idOf(table, tenantId, ids);
}

function idOf(table: string, tenantId: string, ids: Filled): string {
  const id = table === 'tenants' ? tenantId : ids[table];
  if (!id) throw new Error(`fill-tenant.ts fills no '${table}'`);
  return id;
}
