/** `npm run lab`: builds the lab, runs the scenarios, prints the board. Exit code 1 if the lab itself does not hold. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ArgumentError, readArguments } from './arguments.ts';
import { page } from './board/page.ts';
import { labHolds, type Row } from './board/row.ts';
import { markdownTable, terminalTable } from './board/tables.ts';
import { enter, whyNot } from './network/enter.ts';

const INSIDE = join(import.meta.dirname, 'inside.ts');

async function main(args: readonly string[]): Promise<number> {
  const { json, out, seed, scenarios, sides } = readArguments(args);
  const reason = whyNot();
  if (reason !== undefined) throw new ArgumentError(reason);
  const lab = enter(INSIDE, args);
  // unshare(1) heeds no milder signal; the kernel then ends all that is inside.
  const stop = () => lab.kill('SIGKILL');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const rows: Row[] = [];
  if (lab.stdout) {
    for await (const line of createInterface({ input: lab.stdout })) {
      const row = JSON.parse(line) as Row;
      rows.push(row);
      process.stderr.write(`${progress(row)}\n`);
    }
  }
  if (lab.exitCode === null && lab.signalCode === null) await once(lab, 'exit');
  if (lab.exitCode !== 0) throw new ArgumentError('The lab broke off: its own words are above.');
  console.log(json ? JSON.stringify(rows, null, 1) : terminalTable(rows));
  if (out !== undefined) {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(resolve(out), 'scoreboard.md'), markdownTable(rows, seed));
    writeFileSync(join(resolve(out), 'scoreboard.html'), page(rows, seed));
  }
  const complete = rows.length > 0 || scenarios.length * sides.length === 0;
  return complete && rows.every(labHolds) ? 0 : 1;
}

function progress({ scenario, variant, side, passed, seconds, why }: Row): string {
  const time = seconds === null ? '' : ` in ${seconds.toFixed(1)} s`;
  const reason = why === null ? '' : ` (${why.split('\n')[0]})`;
  return `${scenario}/${variant} ${side}: ${passed ? 'passes' : 'fails'}${time}${reason}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
