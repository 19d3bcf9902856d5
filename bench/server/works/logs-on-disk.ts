/**
 * Whether an append and a watch cost the same however many logs there are: the engine by itself, on the
 * server's disk, with an fsync each turn. Growing to a million logs takes minutes.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { SqliteEngine } from '@polynya/server/engine/sqlite/sqlite-engine';
import { type Figures, figures, percentile } from './figures.ts';

/** Logs in a turn while they are made, and in a turn that is measured. */
const MADE = 500;
const TURN = 100;
const TURNS = 40;
/** So many that what they append fills the journal several times, and goes on from there to the tables. */
const APPENDING = 400;
const BODY = 242;
const HOUR = 3_600;

export interface Cost {
  readonly logs: number;
  /** Microseconds of this process for one append to a log chosen at random, and for opening and watching one. */
  readonly append: Figures;
  readonly watch: Figures;
}

/** At each of these sizes, which ascend; ends early, with what it has, when `deadline` (of `performance.now`) is over. */
export async function logsOnDisk(
  folder: string,
  sizes: readonly number[],
  deadline: number,
): Promise<Cost[]> {
  const now = () => Date.now();
  const engine = new SqliteEngine({ path: join(folder, 'logs.db'), now, random: systemRandom });
  try {
    const allowance = await admitted(engine);
    const costs: Cost[] = [];
    let logs = 0;
    for (const size of sizes) {
      for (; logs < size; logs += MADE) {
        if (performance.now() > deadline) return costs;
        const count = Math.min(MADE, size - logs);
        await Promise.all(
          Array.from({ length: count }, (_, i) => make(engine, allowance, logs + i)),
        );
      }
      costs.push({
        logs,
        append: await inAll(() => append(engine, logs)),
        watch: await cost(() => watch(engine, logs)),
      });
    }
    return costs;
  } finally {
    await engine.close();
  }
}

/** All of many turns together, for some of them do what others left. */
async function inAll(one: () => Promise<unknown>): Promise<Figures> {
  const before = process.cpuUsage();
  for (let turn = 0; turn < APPENDING; turn++) {
    await Promise.all(Array.from({ length: TURN }, one));
  }
  const { user, system } = process.cpuUsage(before);
  return figures((user + system) / (APPENDING * TURN));
}

/** The middle of many turns, in microseconds of processor time, so that other work on the machine counts little. */
async function cost(one: () => Promise<unknown>): Promise<Figures> {
  const turns: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: TURN }, one));
    const { user, system } = process.cpuUsage(before);
    turns.push((user + system) / TURN);
  }
  return figures(percentile(turns, 0.5) ?? 0);
}

const hash = (...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const made = createHash('sha256');
  for (const part of parts) made.update(part);
  return new Uint8Array(made.digest());
};
const logOf = (number: number): Uint8Array => hash(`log ${number}`).slice(0, 16);
const secretHash = (number: number): Uint8Array => hash(hash(`secret ${number}`));
const anyOf = (logs: number): number => Math.floor(Math.random() * logs);

async function admitted(engine: SqliteEngine): Promise<Uint8Array> {
  const [invite, allowance] = [hash('invite'), hash('allowance')];
  const until = Math.floor(Date.now() / 1_000) + HOUR;
  const each = { logs: 10_000_000, bytes: 0, invites: 0 };
  await engine.invite({ hash: invite, uses: 1, until, tag: hash('tag'), each });
  await engine.admit(invite, allowance);
  return allowance;
}

async function make(engine: SqliteEngine, allowance: Uint8Array, number: number): Promise<void> {
  await engine.create({ log: logOf(number), kind: 0, hash: secretHash(number), allowance });
}

function append(engine: SqliteEngine, logs: number): Promise<unknown> {
  const entry = { id: systemRandom(16), epoch: 0, body: systemRandom(BODY) };
  return engine.append(logOf(anyOf(logs)), { role: 'member', epoch: 0 }, [entry], true);
}

async function watch(engine: SqliteEngine, logs: number): Promise<void> {
  const number = anyOf(logs);
  const { access } = await engine.open(logOf(number), secretHash(number));
  await engine.live(logOf(number), access);
}
