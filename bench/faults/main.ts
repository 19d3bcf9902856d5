/**
 * `npm run -s faults -- [fault]... [--json] [--rounds N] [--seed N]`: strikes a server so often and judges it
 * by its clients' records alone. All faults but `soak` when none is named. Ends with 1 if anything was lost.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seeded } from '@polynya/reach/test/bad-carrier';
import { dropped, neverReads } from './bad-clients.ts';
import { readOnlyDisk, slowDisk } from './bad-disks.ts';
import { carrierLoss } from './carrier-loss.ts';
import { clockJumps } from './clock-jumps.ts';
import { failover, split } from './failover.ts';
import { type Fault, type FaultRow, holds } from './fault.ts';
import { fullDisk } from './full-disk.ts';
import { drained, killed, onPostgres, tornWal } from './kills.ts';
import { migrate } from './migrate.ts';
import { postgresDisk } from './postgres-disk.ts';
import { processes } from './processes.ts';
import { soak } from './soak.ts';

/** Only when it is named: each of its rounds is half a minute. */
const LONG = 'soak';

const faults: Readonly<Record<string, Fault>> = {
  kill: killed,
  drain: drained,
  'full-disk': fullDisk,
  'slow-disk': slowDisk,
  'read-only-disk': readOnlyDisk,
  'torn-wal': tornWal,
  'carrier-loss': carrierLoss,
  'clock-jumps': clockJumps,
  'dropped-connections': dropped,
  'never-reads': neverReads,
  postgres: onPostgres,
  'postgres-disk': postgresDisk,
  migrate,
  [LONG]: soak,
  processes,
  failover,
  split,
};

const ROUNDS = '20';

async function struck(name: string, rounds: number, seed: number): Promise<FaultRow | string> {
  const folder = await mkdtemp(join(tmpdir(), 'polynya-faults-'));
  try {
    const verdict = await (faults[name] as Fault)({ rounds, random: seeded(seed), folder });
    return typeof verdict === 'string' ? verdict : { fault: name, rounds, ...verdict };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: ROUNDS },
      seed: { type: 'string', default: '1' },
    },
  });
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  const unknown = positionals.find((name) => !Object.hasOwn(faults, name));
  if (
    unknown !== undefined ||
    !(rounds >= 1) ||
    !Number.isInteger(rounds) ||
    !Number.isInteger(seed)
  ) {
    const names = Object.keys(faults).join(', ');
    console.error(
      `Say which of ${names}, and --rounds and --seed as whole numbers, rounds from 1.`,
    );
    process.exitCode = 2;
    return;
  }
  const rows: FaultRow[] = [];
  const usual = Object.keys(faults).filter((name) => name !== LONG);
  for (const name of positionals.length > 0 ? positionals : usual) {
    const row = await struck(name, rounds, seed);
    if (typeof row === 'string') {
      console.error(`${name}: ${row}`);
      continue;
    }
    rows.push(row);
    if (!values.json) console.log(lineOf(row));
    if (!holds(row)) process.exitCode = 1;
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
}

function lineOf(row: FaultRow): string {
  const { fault, rounds, acknowledged, lost, duplicated, disordered } = row;
  const counts = `${acknowledged} acknowledged, ${lost} lost, ${duplicated} duplicated, ${disordered} disordered`;
  return `${fault}, ${rounds} rounds: ${counts}${holds(row) ? '' : '  FAILED'}`;
}

await main();
