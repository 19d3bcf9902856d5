/** `npm run lab`: builds labs, runs the scenarios, prints the board. Exit code 1 if the lab itself does not hold. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ArgumentError, readArguments } from './arguments.ts';
import { page } from './board/page.ts';
import { inOrder, labHolds, type Row, told } from './board/row.ts';
import { markdownTable, terminalTable } from './board/tables.ts';
import { runLanes } from './lanes.ts';
import { enter, whyNot } from './network/enter.ts';
import { scenarios as all } from './scenarios.ts';

const INSIDE = join(import.meta.dirname, 'inside.ts');

async function main(args: readonly string[]): Promise<number> {
  const { json, out, command, scenarios, sides, lanes } = readArguments(args);
  const reason = whyNot();
  if (reason !== undefined) throw new ArgumentError(reason);
  const labs: ChildProcess[] = [];
  // unshare(1) heeds no milder signal; the kernel then ends all that is inside.
  const stop = () => {
    for (const lab of labs) lab.kill('SIGKILL');
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const start = () => {
    const lab = enter(INSIDE, args);
    labs.push(lab);
    return lab;
  };
  let rows: readonly Row[] = [];
  const onRows = (come: readonly Row[]) => {
    rows = inOrder([...rows, ...come], all);
    for (const row of come) process.stderr.write(`${progress(row)}\n`);
    if (out !== undefined) write(out, rows, command);
  };
  await runLanes({ scenarios, sides, lanes, start, onRows });
  console.log(json ? JSON.stringify(rows.map(told), null, 1) : terminalTable(rows));
  return rows.every(labHolds) ? 0 : 1;
}

/** What there is so far: a board that is broken off is one all the same. */
function write(out: string, rows: readonly Row[], command: string): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(resolve(out), 'scoreboard.md'), markdownTable(rows, command));
  writeFileSync(join(resolve(out), 'scoreboard.html'), page(rows, command));
}

function progress({ scenario, variant, side, passed, seconds, busiest, why }: Row): string {
  const time = seconds === null ? '' : ` in ${seconds.toFixed(1)} s`;
  const crowd = busiest ? `, at most ${busiest.most} a minute (${busiest.where})` : '';
  const reason = why === null ? '' : ` (${why.split('\n')[0]})`;
  return `${scenario}/${variant} ${side}: ${passed ? 'passes' : 'fails'}${time}${crowd}${reason}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
