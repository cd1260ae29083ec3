import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { connect } from '../src/database/connect.ts';
import { appUrl, migrate } from '../src/database/migrate.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/embedded/postgres.ts';
import { addChannel, createTenant } from '../src/tenancy/provision.ts';
import { createKeyRing } from '../src/tenancy/secrets.ts';

/** The database of a bench: embedded PostgreSQL as the service starts it, durability on. */
export interface Setting {
  server: EmbeddedPostgres;
  key: string;
  /** A fresh migrated database; gives the owner's URL. */
  database(): Promise<string>;
  /** Gone, with all that its server would still write for it: the next measurement has the disk to itself. */
  drop(ownerUrl: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSetting(): Promise<Setting> {
  const dataDir = await mkdtemp(join(tmpdir(), 'frontdesk-bench-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '200' } });
  const key = randomBytes(32).toString('base64');
  const keys = createKeyRing(key);
  const asAdmin = async (...statements: string[]) => {
    const admin = new pg.Client({ connectionString: server.superuserUrl('postgres') });
    await admin.connect();
    for (const statement of statements) await admin.query(statement);
    await admin.end();
  };
  return {
    server,
    key,
    async database() {
      const name = `bench_${randomBytes(4).toString('hex')}`;
      await asAdmin(`create database ${name}`);
      const ownerUrl = server.superuserUrl(name);
      await migrate({ ownerUrl, appPassword: keys.derive('database app role').toString('hex'), log: () => undefined });
      return ownerUrl;
    },
    drop: (ownerUrl) => asAdmin(`drop database ${new URL(ownerUrl).pathname.slice(1)} with (force)`, 'checkpoint'),
    async close() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface BenchTenant {
  telegram: { path: string; secretToken: string };
  whatsapp: { path: string; phoneNumberId: string; appSecret: string };
  webhook: { path: string; secret: string };
}

const FAQS = Array.from({ length: 50 }, (_, n) => ({
  question: `What does product number ${n} of the catalogue cost?`,
  answer: `Product ${n} costs ${n + 1} euro`,
  keywords: `price ${n}, product${n}, cost of ${n}`,
}));

/** Tenants with fifty FAQs and one channel of each signature. */
export async function fillDatabase(
  ownerUrl: string,
  key: string,
  tenants: number,
  debounceMs = 0,
): Promise<BenchTenant[]> {
  const keys = createKeyRing(key);
  const url = appUrl(ownerUrl, keys.derive('database app role').toString('hex'));
  const orm = await connect({ url, pool: 5, log: () => undefined });
  const made: BenchTenant[] = [];
  for (let n = 0; n < tenants; n++) {
    const thresholds = { debounce_ms: debounceMs, max_responses: 1000 };
    const opening = {
      question: 'What are your opening hours?',
      answer: 'We open 7am-9pm daily',
      keywords: 'hours, opening, time',
    };
    const tenantId = await createTenant(orm, {
      slug: `bench-${n}`,
      name: `Bench ${n}`,
      thresholds,
      faqs: [opening, ...FAQS],
    });
    const secretToken = randomBytes(24).toString('base64url');
    const appSecret = randomBytes(16).toString('hex');
    const phoneNumberId = String(100_000_000 + n);
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const channel = async (kind: string, config: unknown, accounts: string[] = []) => {
      const { key: path } = await addChannel(orm, keys, tenantId, { kind, name: kind, config, accounts });
      return `/webhooks/${kind}/${path}`;
    };
    made.push({
      telegram: { path: await channel('telegram', { botToken: `${n}:token`, secretToken }), secretToken },
      whatsapp: {
        path: await channel(
          'whatsapp',
          { phoneNumberId, accessToken: 'token', appSecret, verifyToken: 'verify-token' },
          [phoneNumberId],
        ),
        phoneNumberId,
        appSecret,
      },
      webhook: { path: await channel('webhook', { secret, replyUrl: 'http://127.0.0.1:9/' }), secret },
    });
  }
  await orm.close();
  return made;
}
