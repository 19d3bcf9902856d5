/** Ten thousand texts for somebody who is away: to store them, and to hand them over when they come back. */
import { setTimeout } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect.ts';
import { processorTime } from '../systems/cores.ts';
import { type Figures, figures } from './figures.ts';

export const TEXTS = 10_000;
const BYTES = 100;
/** ms in which a server that has nothing left to do uses no processor time to speak of. */
const QUIET = 500;

export interface Drain {
  /** Seconds. */
  readonly store: Figures;
  /** Seconds from the connection's first byte to the last text. */
  readonly drain: Figures;
}

export async function drain(dialect: Dialect, pid: number): Promise<Drain> {
  const started = performance.now();
  const backlog = await dialect.backlog(0, TEXTS, BYTES);
  const stored = performance.now();
  await quiet(pid);
  const back = performance.now();
  await backlog.drain();
  const drained = performance.now();
  return {
    store: figures((stored - started) / 1_000),
    drain: figures((drained - back) / 1_000),
  };
}

/** Some go on storing after they have answered. */
async function quiet(pid: number): Promise<void> {
  for (let before = -1; processorTime(pid) - before > 0.02; ) {
    before = processorTime(pid);
    await setTimeout(QUIET);
  }
}
