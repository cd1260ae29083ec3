import type { MikroORM } from '@mikro-orm/postgresql';
import { TenantSettings } from '../entities/tenant-settings.ts';
import type { Changes } from '../tenancy/changes.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import type { SpokenFaq } from './by-language.ts';
import { readActiveFaqs, readFaqs } from './read-faqs.ts';
import { runInSlices } from './slices.ts';
import { createTenantFaqs, type TenantFaqs } from './tenant-faqs.ts';

export type MatcherOf = (tenantId: string) => Promise<TenantFaqs>;

/** Memory of all indexes in a process together; the least recently used leave first and are built again when needed. */
const MOST_BYTES = 256 * 1024 * 1024;
/** What may be remembered while changes cannot be heard. */
const DEAF_TTL_MS = 1_000;
/** More changed FAQs than these are read as quickly with all the others. */
const MOST_CHANGED = 500;

interface Kept {
  faqs: Promise<TenantFaqs>;
  loadedAt: number;
  bytes: number;
  /** FAQs that changed since they were read. */
  changed: Set<string>;
}

/**
 * Each tenant's FAQs, ready to be matched: read on first use, kept within a bound of memory, and followed row by row as
 * they change, in every process. Callers that ask at the same moment share one reading.
 */
export function createMatcherOf(orm: MikroORM, changes: Changes, mostBytes = MOST_BYTES): MatcherOf {
  const kept = new Map<string, Kept>();

  changes.listen((tenantId, table, rowId) => {
    if (tenantId === null) return kept.clear();
    const entry = kept.get(tenantId);
    if (!entry) return;
    if (table === 'faqs' && rowId !== null && entry.changed.size < MOST_CHANGED) entry.changed.add(rowId);
    // The language of a tenant is that of its FAQs.
    else if (table === 'faqs' || table === 'tenant_settings') kept.delete(tenantId);
  });

  function keep(tenantId: string, entry: Kept, faqs: Promise<TenantFaqs>): Promise<TenantFaqs> {
    entry.faqs = faqs;
    faqs.then(
      ({ bytes }) => {
        entry.bytes = bytes;
        forgetOldest(kept, mostBytes);
      },
      () => {
        if (kept.get(tenantId) === entry) kept.delete(tenantId);
      },
    );
    return faqs;
  }

  return (tenantId) => {
    const known = kept.get(tenantId);
    if (!known || !(changes.isLive() || performance.now() - known.loadedAt < DEAF_TTL_MS)) {
      const faqs = readTenantFaqs(orm, tenantId);
      const entry: Kept = { faqs, loadedAt: performance.now(), bytes: 0, changed: new Set() };
      kept.set(tenantId, entry);
      return keep(tenantId, entry, faqs);
    }
    kept.delete(tenantId);
    kept.set(tenantId, known);
    if (known.changed.size === 0) return known.faqs;
    const ids = [...known.changed];
    known.changed.clear();
    return keep(tenantId, known, readChanged(orm, tenantId, known.faqs, ids));
  };
}

/** The one that was asked for last stays, however large it is: it is in use. */
function forgetOldest(kept: Map<string, Kept>, mostBytes: number): void {
  let bytes = 0;
  for (const entry of kept.values()) bytes += entry.bytes;
  for (const [tenantId, entry] of kept) {
    if (bytes <= mostBytes || kept.size === 1) return;
    bytes -= entry.bytes;
    kept.delete(tenantId);
  }
}

const ownLanguage = (orm: MikroORM, tenantId: string) =>
  withTenant(orm, tenantId, async (em) => {
    const settings = await em.findOne(TenantSettings, { tenantId }, { disableIdentityMap: true });
    return settings?.language ?? 'en';
  });

/** An index of a tenant's FAQs as they are, read in the tenant's language unless another is given. By pages, and with breaks: many thousands of FAQs hold nobody up. */
export async function readTenantFaqs(orm: MikroORM, tenantId: string, language?: string): Promise<TenantFaqs> {
  const faqs = createTenantFaqs(language ?? (await ownLanguage(orm, tenantId)));
  for await (const page of readActiveFaqs(orm, tenantId)) await runInSlices(putAll(faqs, page));
  return faqs;
}

function* putAll(faqs: TenantFaqs, page: SpokenFaq[]): Generator<undefined, void> {
  for (const faq of page) {
    faqs.put(faq);
    yield;
  }
}

async function readChanged(orm: MikroORM, tenantId: string, current: Promise<TenantFaqs>, ids: string[]) {
  const faqs = await current;
  const rows = await readFaqs(orm, tenantId, ids);
  const gone = new Set(ids);
  for (const row of rows) {
    faqs.put(row);
    gone.delete(row.id);
  }
  for (const id of gone) faqs.remove(id);
  return faqs;
}
