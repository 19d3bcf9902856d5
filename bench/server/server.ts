/**
 * The server beside its peers, in one run: `bench -- server [works] [systems] [--json]`. Rounds go through all
 * systems, so that figures which are compared are minutes apart; the server has one core, the load the other.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../row.ts';
import { type Course, courses, type Stand } from './courses.ts';
import { ratios } from './ratios.ts';
import type { Measured, RatioRow, ServerRow } from './row.ts';
import { bareWs, mosquitto } from './systems/ceilings.ts';
import { pinLoad } from './systems/cores.ts';
import { ejabberd } from './systems/ejabberd.ts';
import { installed } from './systems/install.ts';
import { polynya } from './systems/polynya.ts';
import { prosody } from './systems/prosody.ts';
import type { System } from './systems/system.ts';

const ROUNDS = 3;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const systems: readonly System[] = [
  polynya,
  ejabberd(false),
  ejabberd(true),
  prosody(false),
  prosody(true),
  mosquitto,
  bareWs,
];

export interface ServerBench {
  readonly rows: readonly ServerRow[];
  readonly ratios: readonly RatioRow[];
}

/** The words by which works and systems are chosen: the first word of a system's name means all of that name. */
export const words: readonly string[] = [
  ...Object.keys(courses),
  ...new Set(systems.map((system) => wordOf(system))),
];

/** `named`: works and systems; of either kind all, where none is named. `rounds`: runs of each. */
export async function serverBench(
  named: readonly string[],
  rounds: number = ROUNDS,
): Promise<ServerBench> {
  pinLoad();
  const some = <T>(all: readonly T[], word: (one: T) => string): readonly T[] => {
    const chosen = all.filter((one) => named.includes(word(one)));
    return chosen.length > 0 ? chosen : all;
  };
  const chosen = installed(some(systems, wordOf));
  const works = some(Object.entries(courses), ([word]) => word);
  const folder = await mkdtemp(join(tmpdir(), 'polynya-bench-'));
  const collected = new Map<string, ServerRow>();
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  const interrupted = (): never => process.exit(1);
  process.once('exit', clear);
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    for (const system of chosen) await system.prepare(await folderIn(folder, system.name));
    for (let round = 0; round < rounds; round++) {
      for (const [word, course] of works) {
        for (const system of chosen) {
          console.error(`round ${round + 1} of ${rounds}: ${word}, ${system.name}`);
          const empty = () => mkdtemp(join(folder, 'run-'));
          const start = async () => system.start(join(folder, system.name), await empty());
          const stand = { system, start, folder: empty, round };
          for (const measured of await attempt(course, stand)) {
            collect(collected, system.name, measured);
          }
        }
      }
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    process.off('exit', clear);
    clear();
  }
  const rows = [...collected.values()];
  return { rows, ratios: ratios(rows) };
}

/** What fails on one system is said, and costs the others nothing. */
async function attempt(course: Course, stand: Stand): Promise<Measured[]> {
  try {
    return await course(stand);
  } catch (error) {
    console.error(`${stand.system.name} failed: ${error instanceof Error ? error.message : error}`);
    return [];
  }
}

function wordOf({ name }: System): string {
  return name.toLowerCase().split(/, | /)[0] ?? name;
}

async function folderIn(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

/** Adds one run to the row of its work and system. */
function collect(
  rows: Map<string, ServerRow & { p50s?: number[]; p99s?: number[] }>,
  system: string,
  { work, unit, rate, p50, p99 }: Measured,
): void {
  const key = `${work}\n${system}`;
  const before = rows.get(key);
  const runs = [...(before?.runs ?? []), rate];
  const p50s = [...(before?.p50s ?? []), ...(p50 === null ? [] : [p50])];
  const p99s = [...(before?.p99s ?? []), ...(p99 === null ? [] : [p99])];
  const middle = (values: number[]) => (values.length > 0 ? median(values) : null);
  const row = {
    work,
    system,
    rate: median(runs),
    p50: middle(p50s),
    p99: middle(p99s),
    unit,
    runs,
  };
  rows.set(
    key,
    Object.defineProperties(row, {
      p50s: { value: p50s },
      p99s: { value: p99s },
    }),
  );
}
