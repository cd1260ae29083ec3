import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { audit, type Deed } from '../audit.ts';
import { Channel } from '../entities/channel.ts';
import { NotificationTarget } from '../entities/notification-target.ts';
import { invalidFields, notFound } from '../errors.ts';
import type { Notifier } from '../handover/notifier.ts';
import { notifierKinds } from '../handover/notifiers/registry.ts';
import { changeSettings, readSettings } from '../settings-form.ts';
import { openToChange } from './open-to-change.ts';
import { insertTarget } from '../tenancy/add-connected.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';

export interface TargetWishes {
  name?: string | undefined;
  isActive?: boolean | undefined;
  config?: Record<string, unknown> | undefined;
  /** The Telegram channel of the same bot, through which managers answer in the target's chat. */
  replyChannelId?: string | null | undefined;
}

/** A place where managers are told. Gives its id. Throws 422 that names wrong fields. */
export async function createTarget(
  em: EntityManager,
  keys: KeyRing,
  deed: Deed,
  given: TargetWishes & { kind: string; name: string; config: Record<string, unknown> },
): Promise<string> {
  const { kind, name } = given;
  const { tenantId } = deed.actor;
  const notifier = notifierKinds.find((one) => one.kind === kind);
  if (!notifier) {
    throw invalidFields([{ path: 'body.kind', message: 'there is no such kind; see GET /notification-target-kinds' }]);
  }
  const config = readSettings(notifier.config, given.config, 'body.config');
  const replyThread = await replyThreadOf(em, keys, tenantId, given.replyChannelId ?? null, notifier, config);
  const id = await insertTarget(em, keys, tenantId, { kind, name, config, replyThread });
  if (given.isActive === false) await em.nativeUpdate(NotificationTarget, { tenantId, id }, { isActive: false });
  await audit(em, deed, 'target.create', id, { kind, name });
  return id;
}

/** Changes a target; `look` sees the locked row first and may throw. Throws 404, 422. */
export async function changeTarget(
  em: EntityManager,
  keys: KeyRing,
  deed: Deed,
  id: string,
  { name, isActive, ...wishes }: TargetWishes,
  look: (target: NotificationTarget) => void,
): Promise<void> {
  const target = await findTarget(em, deed.actor.tenantId, id, true);
  look(target);
  const { tenantId } = target;
  const notifier = notifierKinds.find(({ kind }) => kind === target.kind);
  if (notifier && (wishes.config || wishes.replyChannelId !== undefined)) {
    const before = openToChange(keys, notifier.config, target.configSealed, sealContext(tenantId, id));
    const config = readSettings(notifier.config, changeSettings(before, wishes.config ?? {}), 'body.config');
    const channelId = wishes.replyChannelId === undefined ? replyChannelOf(target) : wishes.replyChannelId;
    target.replyThread = await replyThreadOf(em, keys, tenantId, channelId, notifier, config);
    if (wishes.config) target.configSealed = keys.seal(config, sealContext(tenantId, id));
  }
  if (name !== undefined) target.name = name;
  if (isActive !== undefined) target.isActive = isActive;
  const config = Object.keys(wishes.config ?? {});
  await audit(em, deed, 'target.update', id, { ...(config.length > 0 && { config }), name, isActive });
}

/** Nobody is told there any more, and its secrets are gone; what was told through it stays. */
export async function deleteTarget(
  em: EntityManager,
  keys: KeyRing,
  deed: Deed,
  id: string,
  now: Date,
  look: (target: NotificationTarget) => void,
): Promise<void> {
  const target = await findTarget(em, deed.actor.tenantId, id, true);
  look(target);
  Object.assign(target, {
    isActive: false,
    deletedAt: now,
    replyThread: null,
    configSealed: keys.seal({}, sealContext(target.tenantId, id)),
  });
  await audit(em, deed, 'target.delete', id);
}

/** Throws 404, also for one that was deleted. */
export async function findTarget(em: EntityManager, tenantId: string, id: string, lock = false) {
  const options = lock ? { lockMode: LockMode.PESSIMISTIC_WRITE } : {};
  const target = await em.findOne(NotificationTarget, { tenantId, id, deletedAt: null }, options);
  if (!target) throw notFound('there is no such notification target');
  return target;
}

export const replyChannelOf = ({ replyThread }: NotificationTarget): string | null =>
  replyThread?.split('/')[0] ?? null;

const Chat = z.object({ botToken: z.string(), chatId: z.string() });
const Bot = z.object({ botToken: z.string() });
const botOf = (token: string) => token.split(':')[0];

/** Where managers' answers arrive: in the chat of the target, through the channel of the same bot. */
async function replyThreadOf(
  em: EntityManager,
  keys: KeyRing,
  tenantId: string,
  channelId: string | null,
  { kind }: Notifier,
  config: unknown,
): Promise<string | null> {
  if (channelId === null) return null;
  const refuse = (message: string) => invalidFields([{ path: 'body.replyChannelId', message }]);
  const chat = Chat.safeParse(config).data;
  if (kind !== 'telegram' || !chat) throw refuse('only managers in a Telegram chat can answer there');
  if (chat.chatId.startsWith('@')) throw refuse('needs the number of the chat in chatId, such as -1001234567890');
  const channel = await em.findOne(Channel, { tenantId, id: channelId, kind: 'telegram' });
  if (!channel) throw refuse('must be a Telegram channel of yours');
  const bot = Bot.safeParse(keys.open(channel.configSealed, sealContext(tenantId, channelId))).data;
  if (bot && botOf(bot.botToken) === botOf(chat.botToken)) return `${channelId}/${chat.chatId}`;
  throw refuse('must be the channel of the same bot as the target: others do not see what is answered to it');
}
