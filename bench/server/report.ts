/** The server's bench for people: a table in the terminal, the same in Markdown and as a chart in a file each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chart } from './chart.ts';
import type { RatioRow, ServerRow } from './row.ts';
import type { ServerBench } from './server.ts';

/** Not kept in the repository. */
const FOLDER = join(dirname(dirname(import.meta.dirname)), '.cache', 'bench');

export function printServer(bench: ServerBench, json: boolean): void {
  const files = { 'server.md': markdown(bench), 'server.html': chart(bench) };
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(FOLDER, name), content);
  if (json) console.log(JSON.stringify([...bench.rows, ...bench.ratios], null, 2));
  else {
    console.log(aligned([...table(bench.rows), [], ...ratioTable(bench.ratios)]));
    console.log(
      `\nAlso in ${Object.keys(files)
        .map((name) => join(FOLDER, name))
        .join(' and ')}`,
    );
  }
}

const HEADS = ['work', 'system', 'rate', 'unit', 'p50 ms', 'p99 ms', 'runs'];
const RATIO_HEADS = ['ratio', 'of', 'to', 'value', 'bound', ''];

function table(rows: readonly ServerRow[]): string[][] {
  const lines = rows.map(({ work, system, rate, unit, p50, p99, runs }) => [
    work,
    system,
    figure(rate),
    unit,
    figure(p50),
    figure(p99),
    runs.map(figure).join('  '),
  ]);
  return [HEADS, ...lines];
}

function ratioTable(rows: readonly RatioRow[]): string[][] {
  const lines = rows.map(({ ratio, of, to, value, bound, holds }) => [
    ratio,
    of,
    to,
    figure(value),
    figure(bound),
    holds === null ? '' : holds ? 'holds' : 'MISSED',
  ]);
  return [RATIO_HEADS, ...lines];
}

function markdown({ rows, ratios }: ServerBench): string {
  const lines = ([heads = [], ...cells]: string[][]): string[] =>
    [heads, heads.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`);
  return [...lines(table(rows)), '', ...lines(ratioTable(ratios)), ''].join('\n');
}

/** Columns as wide as their widest cell, each table by itself. */
function aligned(lines: readonly string[][]): string {
  const widths: number[] = [];
  for (const line of lines) {
    for (const [i, cell] of line.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export const figure = (value: number | null): string =>
  value === null ? '' : value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
