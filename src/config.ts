import { z } from 'zod';
import { messageOf } from './errors.ts';
import { createSafeRequest } from './safe-request.ts';
import { createKeyRing } from './tenancy/secrets.ts';

const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );
const wholeNumber = (least: number, most: number, wish: string) =>
  z.coerce.number(wish).int(wish).min(least, wish).max(most, wish);
const port = wholeNumber(0, 65_535, 'must be a whole number from 0 to 65535');
const count = wholeNumber(1, 2_147_483_647, 'must be a whole number from 1 on');
const webAddress = (example: string) => z.url({ protocol: /^https?$/, error: `must be an address such as ${example}` });
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://');
/** Isolation cannot be switched off; the variables are understood so that a wish to do so is refused aloud. */
const alwaysTrue = z.literal('true', 'must be true: tenant isolation cannot be switched off').optional();

const useNetwork = (network: string) => createSafeRequest({ allowNetworks: [network], trustedOrigins: [] });

const Environment = z.object({
  /** What this process does. */
  ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  /** How platforms, managers and n8n reach us; links are built from it, never from a request's Host. */
  PUBLIC_URL: webAddress('https://frontdesk.example.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** Hops of reverse proxies in front, whose X-Forwarded-For is believed. */
  TRUSTED_PROXIES: wholeNumber(0, 100, 'must be a whole number from 0 to 100').default(0),
  DATA_DIR: z.string().default('./data'),
  /** A role that may create tables and roles. Empty: PostgreSQL from npm, in DATA_DIR. */
  DATABASE_URL: postgresUrl.optional(),
  /** The role the service runs as, where the operator made it. Default: made and managed by us. */
  DATABASE_APP_URL: postgresUrl.optional(),
  DATABASE_POOL: count.default(10),
  /** Queue on Redis or Valkey. Empty: queue on PostgreSQL. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
    .optional(),
  /** 32 bytes in base64 that seal secrets at rest; "id:key" pairs, newest first, to rotate. Default: made in DATA_DIR. */
  FRONTDESK_KEY: z
    .string()
    .superRefine((key, ctx) => check([key], createKeyRing, ctx))
    .optional(),
  /** Networks (CIDR) that tenants' URLs may point at although they are private, e.g. where n8n lives. */
  OUTBOUND_ALLOW: list.superRefine((networks, ctx) => check(networks, useNetwork, ctx)),
  TELEGRAM_API_BASE: webAddress('https://api.telegram.org').optional(),
  WHATSAPP_API_BASE: webAddress('https://graph.facebook.com').optional(),
  /** The operator's own Meta app, for the shared address /webhooks/whatsapp: its secret and the token of its challenge. */
  META_APP_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  META_VERIFY_TOKEN: z.string().min(8, 'must have at least 8 characters').optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  SMTP_FROM: z.string().default('Frontdesk <frontdesk@localhost>'),
  /** The operator's own provider of identities, for single sign-on. */
  OIDC_ISSUER: webAddress('https://login.example.com').optional(),
  OIDC_CLIENT_ID: z.string().max(500).optional(),
  OIDC_CLIENT_SECRET: z.string().max(1_000).optional(),
  OIDC_NAME: z.string().trim().max(50).default('single sign-on'),
  /** Whether the two demo tenants are made on an empty database. Default: only on the embedded database. */
  DEMO: z.stringbool().optional(),
  /** Requests to the API a minute from an address that does not say who it is. */
  STRANGERS_PER_MINUTE: count.default(120),
  PAYLOAD_RETENTION_DAYS: count.default(30),
  WORKER_CONCURRENCY: count.default(8),
  SWEEP_INTERVAL_MS: count.default(2_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  ENABLE_TENANT_ISOLATION: alwaysTrue,
  ENABLE_ROW_LEVEL_SECURITY: alwaysTrue,
});

export type Config = ReturnType<typeof readConfig>;

/**
 * The settings of this process, from environment variables. Their only reader.
 * Throws one error that names every wrong variable and what it should be.
 */
export function readConfig(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  const wrong = parsed.error?.issues.map(sayWhich) ?? [];
  wrong.push(...halfSets(given));
  if (!parsed.success || wrong.length > 0) {
    const lines = wrong.map((line) => `  ${line}`).join('\n');
    throw new Error(`Frontdesk cannot start, these environment variables are wrong:\n${lines}`);
  }
  const read = parsed.data;
  return {
    role: read.ROLE,
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL ?? null,
    trustedProxies: read.TRUSTED_PROXIES,
    dataDir: read.DATA_DIR,
    databaseUrl: read.DATABASE_URL ?? null,
    databaseAppUrl: read.DATABASE_APP_URL ?? null,
    databasePool: read.DATABASE_POOL,
    redisUrl: read.REDIS_URL ?? null,
    key: read.FRONTDESK_KEY ?? null,
    outboundAllow: read.OUTBOUND_ALLOW,
    apiBases: dropUndefined({ telegram: read.TELEGRAM_API_BASE, whatsapp: read.WHATSAPP_API_BASE }),
    metaApp:
      read.META_APP_SECRET && read.META_VERIFY_TOKEN
        ? { appSecret: read.META_APP_SECRET, verifyToken: read.META_VERIFY_TOKEN }
        : null,
    smtp: read.SMTP_URL ? { url: read.SMTP_URL, from: read.SMTP_FROM } : null,
    oidc:
      read.OIDC_ISSUER && read.OIDC_CLIENT_ID && read.OIDC_CLIENT_SECRET
        ? {
            issuer: read.OIDC_ISSUER,
            clientId: read.OIDC_CLIENT_ID,
            clientSecret: read.OIDC_CLIENT_SECRET,
            name: read.OIDC_NAME,
          }
        : null,
    demo: read.DEMO ?? (!read.DATABASE_URL && !read.DATABASE_APP_URL),
    strangersPerMinute: read.STRANGERS_PER_MINUTE,
    payloadRetentionDays: read.PAYLOAD_RETENTION_DAYS,
    workerConcurrency: read.WORKER_CONCURRENCY,
    sweepIntervalMs: read.SWEEP_INTERVAL_MS,
    logLevel: read.LOG_LEVEL,
  };
}

const sayWhich = ({ path, message }: { path: PropertyKey[]; message: string }) =>
  message.startsWith(String(path[0])) ? message : `${String(path[0])}: ${message}`;

/** Some of these alone would be ignored, and what they are for would not work. */
function halfSets(given: Record<string, string | undefined>): string[] {
  const sets = [
    ['META_APP_SECRET', 'META_VERIFY_TOKEN'],
    ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'],
  ];
  return sets.flatMap((set) => {
    const missing = set.filter((name) => given[name] === undefined);
    const all = `${set.length === 2 ? 'both' : 'all of'} ${set.slice(0, -1).join(', ')} and ${String(set.at(-1))}`;
    return missing.length === 0 || missing.length === set.length
      ? []
      : [`${missing.join(', ')}: is missing; set ${all}, or none`];
  });
}

function dropUndefined(record: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).flatMap(([key, value]) => (value ? [[key, value]] : [])));
}

/** What `use` throws is said beside the other problems, instead of alone at a later moment. */
function check<T>(values: T[], use: (value: T) => unknown, { addIssue }: Pick<z.RefinementCtx, 'addIssue'>): void {
  for (const value of values) {
    try {
      use(value);
    } catch (error) {
      addIssue({ code: 'custom', message: messageOf(error) });
    }
  }
}
