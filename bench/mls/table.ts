/** Figures of MLS engines for people: a line each, or a Markdown table that has a row for each work of each engine. */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type MlsRow, WORKS } from './row.ts';

const UNITS = { ms: 'ms', bytes: 'B', perSecond: 'a second' } as const;
type Unit = keyof typeof UNITS;

const figureOf = (row: MlsRow): readonly [Unit, number] => {
  const { engine, suite, n, work, ...figure } = row;
  return Object.entries(figure)[0] as [Unit, number];
};

export function printMls(rows: readonly MlsRow[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  for (const row of rows) {
    const { engine, suite, n, work } = row;
    const [unit, value] = figureOf(row);
    const what = `${engine.padEnd(11)} ${suite.padEnd(21)} ${String(n).padStart(6)}`;
    console.log(`${what}  ${work.padEnd(20)} ${String(value).padStart(12)} ${UNITS[unit]}`);
  }
}

const shown = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });

/** Writes docs/mls-bench.md. @param on the day of the run */
export function keepMls(rows: readonly MlsRow[], on: Date): void {
  writeFileSync(join(import.meta.dirname, '../../docs/mls-bench.md'), markdown(rows, on));
}

function markdown(rows: readonly MlsRow[], on: Date): string {
  const sizes = [...new Set(rows.map(({ n }) => n))].filter((n) => n > 0).sort((a, b) => a - b);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const out = [
    '# MLS engines side by side',
    '',
    `One run of \`npm run bench -- mls --keep\` on ${on.toISOString().slice(0, 10)}: ${cpus().length} cores, ${cpus()[0]?.model.trim()}, Node ${process.versions.node}. Columns are members of the group. Of what is done several times the fastest counts. All but "add all", "join", "welcome", "update cold" and "memory" meet a tree in which every parent node has a key; "together" means 32 messages read ahead, their signatures verified on other threads. An empty cell was not reached.`,
    '',
    line(['work', 'engine and suite', ...sizes.map(shown)]),
    line(['---', '---', ...sizes.map(() => '--:')]),
  ];
  for (const work of WORKS.filter((one) => one !== 'bundle')) {
    for (const unit of Object.keys(UNITS) as Unit[]) {
      const cells = rows.filter((row) => row.work === work && figureOf(row)[0] === unit);
      for (const name of new Set(cells.map(({ engine, suite }) => `${engine} ${suite}`))) {
        const values = sizes.map((n) => {
          const row = cells.find((one) => `${one.engine} ${one.suite}` === name && one.n === n);
          return row === undefined ? '' : shown(figureOf(row)[1]);
        });
        out.push(line([`${work}, ${UNITS[unit]}`, name, ...values]));
      }
    }
  }
  out.push('', 'Bundle, brotli:', '');
  for (const row of rows.filter(({ work }) => work === 'bundle')) {
    out.push(`- ${row.engine} ${row.suite}: ${shown(figureOf(row)[1])} B`);
  }
  return `${out.join('\n')}\n`;
}
