import { Readable } from 'node:stream';
import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { exportFaqs } from '../../faqs/exchange/export-faqs.ts';
import { importFaqs, type ImportReport } from '../../faqs/exchange/import-faqs.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { whileAllowed } from '../while-allowed.ts';
import { flag } from './faq-shapes.ts';

const format = z.enum(['csv', 'json']).default('csv');
const MOST_BYTES = 100 * 1024 * 1024;
const TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' };

const Report = z
  .strictObject({
    rows: z.int(),
    created: z.int(),
    updated: z.int(),
    removed: z.int(),
    isWritten: z.boolean(),
    errors: z.strictObject({
      total: z.int(),
      shown: z.array(z.strictObject({ row: z.int(), column: z.string().nullable(), message: z.string() })),
    }),
  })
  .meta({ id: 'FaqImport' });

const tag = 'FAQs: import and export';

/** FAQs from and to files. */
export function faqExchangeOperations({ orm }: Pick<Deps, 'orm'>): Operation[] {
  return [
    tenantOperation({
      method: 'get',
      path: '/faqs/export',
      tag,
      summary: 'All FAQs as a file',
      description:
        'A cell that a spreadsheet might run as a formula has a quote in front, which an import takes off again. ' +
        'With `ids=false` the file can be imported into another tenant.',
      permission: 'faqs:read',
      query: z.strictObject({ format, ids: flag.default(true) }),
      response: z.unknown(),
      download: ['text/csv', 'application/json'],
      handle({ tenantId, query, ctx, stillAllowed }) {
        ctx.attachment(`faqs.${query.format}`);
        ctx.type = TYPES[query.format];
        ctx.set('Cache-Control', 'no-store');
        const pieces = exportFaqs(orm, tenantId, { format: query.format, withIds: query.ids });
        ctx.body = Readable.from(whileAllowed(pieces, stillAllowed));
        return Promise.resolve(null);
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/faqs/import',
      tag,
      summary: 'FAQs from a file of at most 100 MB and a million rows',
      description:
        'CSV with the columns id, question, answer, keywords, language, priority and isActive, named by its first line; ' +
        'question and answer are needed. Or JSON: a list of objects with the same names, or one on each line. A row with ' +
        'an id changes that FAQ. `mode=replace` removes every FAQ that is not in the file. While a row is wrong nothing ' +
        'is written (422, with the rows and columns in `errors`); with `partial=true` the others are. `dryRun=true` ' +
        'says what would be done, and does nothing. A form sends the file as `file`.',
      permission: 'faqs:write',
      query: z.strictObject({
        format,
        mode: z.enum(['append', 'replace']).default('append'),
        dryRun: flag,
        partial: flag,
      }),
      response: Report,
      upload: ['text/csv', 'application/json', 'application/x-ndjson', 'multipart/form-data'],
      maxBytes: MOST_BYTES,
      async handle({ tenantId, actor, query, ip, requestId, file, keep, stillAllowed }) {
        const report = await importFaqs(
          orm,
          tenantId,
          {
            bytes: whileAllowed(file, stillAllowed),
            async note(em, written) {
              const { created, updated, removed } = written;
              const changes = { mode: query.mode, created, updated, removed };
              await audit(em, { actor, ip, requestId }, 'faq.import', null, changes);
              await keep(em, written);
            },
          },
          query,
        );
        if (!report.isWritten && !query.dryRun) throw rowsAreWrong(report);
        return report;
      },
    }),
  ];
}

const rowsAreWrong = ({ rows, errors }: ImportReport) =>
  new AppError(
    422,
    'rows_invalid',
    `nothing was imported: ${errors.total} mistakes in ${rows} rows. Mend them, or send partial=true to leave those rows out`,
    {
      errors: errors.shown.map(({ row, column, message }) => ({
        path: ['rows', row, column].filter((part) => part !== null).join('.'),
        message,
      })),
    },
  );
