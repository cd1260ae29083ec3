import type { Quality } from './quality.ts';
import { sizes, type Speed } from './speed.ts';

/** One contender's column. */
export interface Column {
  label: string;
  quality: Quality;
  /** By number of FAQs; null for one that was stopped, absent where it was not measured. */
  speed: Map<number, Speed | null>;
}

/** A line for each metric, a column for each contender. */
export function table(columns: readonly Column[], { isMarkdown }: { isMarkdown: boolean }): string {
  const isSpeedMeasured = columns.some(({ speed }) => speed.size > 0);
  const rows = [...qualityRows, ...(isSpeedMeasured ? speedRows : [])];
  const lines = [
    ['', ...columns.map(({ label }) => label)],
    ...rows.map(({ metric, cell }) => [metric, ...columns.map(cell)]),
  ];
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? [];
  const print = (line: string[]) => {
    const cells = line.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)));
    return isMarkdown ? `| ${cells.join(' | ')} |` : cells.join('  ').trimEnd();
  };
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const [head = [], ...body] = lines;
  return [head, ...(isMarkdown ? [rule] : []), ...body].map(print).join('\n');
}

const count = (value: number) => value.toLocaleString('en');
/** No more digits than mean something, but never a round nought. */
const rate = (value: number) => (value < 10 ? value.toPrecision(2) : count(Number(value.toPrecision(3))));

interface Row {
  metric: string;
  cell: (column: Column) => string;
}

const qualityRows: Row[] = [
  row('top-1, all messages / mean over businesses', ({ top1, top1Mean }) => [top1, top1Mean]),
  row('AUROC, all / near / far', ({ auroc, aurocNear, aurocFar }) => [auroc, aurocNear, aurocFar]),
  row('answer F1', ({ answerF1 }) => [answerF1]),
  row('recall at precision .80 / .90', ({ recallAt80, recallAt90 }) => [recallAt80, recallAt90]),
  row('calibration error (ECE)', ({ calibrationError }) => [calibrationError]),
  {
    metric: 'top-1 with typos (change)',
    cell: ({ quality: { typoTop1, typoLoss } }) =>
      `${share(typoTop1)} (${typoLoss < 0 ? '+' : '-'}${share(Math.abs(typoLoss))})`,
  },
];

function row(metric: string, values: (quality: Quality) => number[]): Row {
  return { metric, cell: ({ quality }) => values(quality).map(share).join(' / ') };
}

const speedRows: Row[] = [
  {
    metric: `matches per CPU second at ${sizes.map(count).join(' / ')} FAQs`,
    cell: (column) =>
      sizes.map((size) => cellAt(column, size, ({ matchesPerCpuSecond }) => rate(matchesPerCpuSecond))).join(' / '),
  },
  {
    metric: `build at ${sizes.slice(1).map(count).join(' / ')} FAQs, CPU seconds`,
    cell: (column) =>
      sizes
        .slice(1)
        .map((size) => cellAt(column, size, ({ buildCpuSeconds }) => buildCpuSeconds.toFixed(2)))
        .join(' / '),
  },
  {
    metric: `heap at ${count(sizes[2])} FAQs, MB`,
    cell: (column) => cellAt(column, sizes[2], ({ heapMb }) => (heapMb === null ? 'own process' : heapMb.toFixed(0))),
  },
];

function cellAt({ speed }: Column, size: number, show: (speed: Speed) => string): string {
  const measured = speed.get(size);
  return measured ? show(measured) : measured === null ? 'stopped' : '-';
}

/** `.734`, and `1.000` for all. */
function share(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(3).replace(/^0/, '');
}
