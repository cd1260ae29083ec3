import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Contender } from './contenders/contender.ts';
import { contender, contenderNames } from './contenders/registry.ts';
import { loadDataSet, type DataSet } from './data.ts';
import { chooseThreshold } from './metrics.ts';
import { cleanOf, quality } from './quality.ts';
import { play, type TenantResult } from './run.ts';
import { measureSpeed, sizes, type Speed } from './speed.ts';
import { table, type Column } from './table.ts';

/**
 * `npm run bench:faq`: how well and how fast FAQs are found, ours and other libraries in one table.
 * `-- --only ours,wink` restricts contenders, `--quick` leaves speed out, `--eval other.json` scores another file of
 * the format with the threshold chosen on the development data, `--markdown` prints Markdown.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    eval: { type: 'string' },
    quick: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});
const devFile = join(import.meta.dirname, 'dev.json');
const dev = loadDataSet(devFile);
const other = values.eval === undefined ? undefined : loadDataSet(values.eval);
const names = values.only?.flatMap((list) => list.split(',')) ?? contenderNames;
const contenders = names.map((name) => ({ name, contender: contender(name) }));

const columns: { dev: Column; other: Column | undefined }[] = [];
for (const { name, contender: one } of contenders) {
  try {
    const onDev = await scored(one, dev);
    const threshold = chooseThreshold(cleanOf(onDev));
    const onOther = other && (await scored(one, other));
    const speed = values.quick ? new Map<number, Speed | null>() : await speedsOf(name);
    const column = (results: TenantResult[]) => ({ label: one.label, quality: quality(results, threshold), speed });
    columns.push({ dev: column(onDev), other: onOther && column(onOther) });
  } finally {
    await one.stop?.();
  }
}

const isMarkdown = values.markdown;
const title = (data: DataSet, file: string) =>
  `${data.split} data (${basename(file)}): ${data.tenants.length} businesses, Node ${process.versions.node}\n`;
console.log(title(dev, devFile));
console.log(
  table(
    columns.map((column) => column.dev),
    { isMarkdown },
  ),
);
if (other && values.eval) {
  console.log(`\n${title(other, values.eval)}`);
  console.log(
    table(
      columns.flatMap((column) => column.other ?? []),
      { isMarkdown },
    ),
  );
}

async function scored(one: Contender, data: DataSet): Promise<TenantResult[]> {
  console.error(`${one.label}: ${data.split} data`);
  const { results, inactive } = await play(one, data);
  if (inactive > 0) console.error(`${one.label} named an inactive FAQ ${inactive} times`);
  return results;
}

async function speedsOf(name: string): Promise<Map<number, Speed | null>> {
  const speeds = new Map<number, Speed | null>();
  for (const size of sizes) {
    console.error(`${name}: speed at ${size} FAQs`);
    const speed = await measureSpeed(name, size, devFile);
    speeds.set(size, speed);
  }
  return speeds;
}
