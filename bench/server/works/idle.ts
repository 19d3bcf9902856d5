/** People who are online and quiet: what each costs the server in memory, its keys and watches included. */
import { setTimeout } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect.ts';
import { each } from '../dialects/lines.ts';
import { residentBytes } from '../systems/cores.ts';
import { type Figures, figures } from './figures.ts';

export const IDLERS = 10_000;
/** ms that a server gets to tidy up after so many came at once: ours looks every 5 s, and V8 keeps what it has freed for 8. */
const SETTLING = 30_000;

/** KB for each. */
export async function idle(dialect: Dialect, pid: number): Promise<Figures> {
  const before = residentBytes(pid);
  await each(IDLERS, 32, (i) => dialect.idler(i));
  await setTimeout(SETTLING);
  return figures((residentBytes(pid) - before) / IDLERS / 1_024);
}
