import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { EntityManager } from '@mikro-orm/postgresql';
import { audit, byOperator } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { exportFaqs, type Format } from '../faqs/exchange/export-faqs.ts';
import { importFaqs, type ImportReport } from '../faqs/exchange/import-faqs.ts';

/** Runs a command's work for a tenant, and says what went wrong. */
type RunFor = (slug: string, work: (deps: Deps, tenantId: string) => Promise<void>) => Promise<void>;

interface ImportOptions {
  format?: Format;
  mode: 'append' | 'replace';
  dryRun?: boolean;
  partial?: boolean;
}

/** `frontdesk faq import` and `frontdesk faq export`. */
export function addFaqCommands(program: Command, runFor: RunFor): void {
  const faq = program.command('faq').description('take FAQs from a file, or put them into one');
  const format = () =>
    new Option('--format <format>', 'default: what the file is called').choices(['csv', 'json'] satisfies Format[]);

  faq
    .command('import <tenant> <file>')
    .description('import a CSV or JSON file; while a row is wrong, nothing is')
    .addOption(format())
    .addOption(
      new Option('--mode <mode>', 'replace removes what is not in the file')
        .choices(['append', 'replace'])
        .default('append'),
    )
    .option('--dry-run', 'only say what would be done')
    .option('--partial', 'leave out the rows that are wrong')
    .action((slug: string, file: string, { mode, dryRun = false, partial = false, ...given }: ImportOptions) =>
      runFor(slug, async ({ orm }, tenantId) => {
        const wish = { format: given.format ?? formatOf(file), mode, dryRun, partial };
        const note = (
          em: EntityManager,
          { created, updated, removed }: Pick<ImportReport, 'created' | 'updated' | 'removed'>,
        ) => audit(em, byOperator(tenantId), 'faq.import', null, { mode, created, updated, removed });
        const take = async () => {
          const opened = await open(file);
          return importFaqs(orm, tenantId, { bytes: opened.createReadStream(), note }, wish);
        };
        tell(await take().catch(refusing(file)));
      }),
    );

  faq
    .command('export <tenant> <file>')
    .description('write all FAQs into a CSV or JSON file')
    .addOption(format())
    .option('--no-ids', 'for another tenant')
    .action((slug: string, file: string, given: { format?: Format; ids: boolean }) =>
      runFor(slug, async ({ orm }, tenantId) => {
        const pieces = exportFaqs(orm, tenantId, { format: given.format ?? formatOf(file), withIds: given.ids });
        const opened = await open(file, 'wx').catch(refusing(file));
        await pipeline(Readable.from(pieces), opened.createWriteStream());
        console.log(`wrote ${file}`);
      }),
    );
}

const WHY = new Map<unknown, string>([
  ['ENOENT', 'there is no such file or folder; check the name'],
  ['EEXIST', 'it is there already; name another file, or remove it'],
  ['EISDIR', 'it is a folder; name a file'],
  ['EACCES', 'its rights do not allow it; change them, or name another file'],
]);

/** Throws what went wrong, in words about the file where it is to blame. */
const refusing =
  (file: string) =>
  (error: unknown): never => {
    const why = WHY.get(error instanceof Error && 'code' in error ? error.code : undefined);
    throw why ? new Error(`${file}: ${why}`, { cause: error }) : error;
  };

const formatOf = (file: string): Format => (/\.(json|ndjson|jsonl)$/i.test(file) ? 'json' : 'csv');

const MOST_TOLD = 20;

function tell({ rows, created, updated, removed, isWritten, errors }: ImportReport): void {
  for (const { row, column, message } of errors.shown.slice(0, MOST_TOLD)) {
    console.error(`row ${row}${column === null ? '' : `, ${column}`}: ${message}`);
  }
  if (errors.total > MOST_TOLD) console.error(`… and ${errors.total - MOST_TOLD} more`);
  const counts = `${created} new, ${updated} changed, ${removed} removed, ${errors.total} mistakes in ${rows} rows`;
  if (isWritten) return console.log(`imported: ${counts}`);
  if (errors.total === 0) return console.log(`nothing was written: ${counts}`);
  console.error(`nothing was written: ${counts}; correct these rows, or leave them out with --partial`);
  process.exitCode = 1;
}
