/** A room whose members are all online. One says texts, a few on their way at a time; every delivery counts. */
import { setTimeout } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect.ts';
import { processorTime } from '../systems/cores.ts';
import { type Figures, figures } from './figures.ts';

/** ms. */
const WARM_UP = 3_000;
const LASTS = 3_000;
const STRAGGLING = 20_000;
const BYTES = 100;

export interface Group {
  readonly full: Figures;
  readonly perProcessorSecond: Figures;
}

export async function group(dialect: Dialect, pid: number, members: number): Promise<Group> {
  const atOnce = members < 500 ? 4 : 2;
  const said: number[] = [];
  let deliveries = 0;
  let complete = 0;
  let latencies: number[] = [];
  let going = true;
  const heard = (texts: number): void => {
    deliveries += texts;
    while (deliveries >= (complete + 1) * members) {
      const now = performance.now();
      latencies.push(now - (said[complete++] ?? now));
      if (going) say();
    }
  };
  const speaker = await dialect.room(members, BYTES, heard);
  const say = (): void => {
    said.push(performance.now());
    speaker.say();
  };
  for (let n = 0; n < atOnce; n++) say();
  await setTimeout(WARM_UP);
  latencies = [];
  const before = deliveries;
  const [started, busy] = [performance.now(), processorTime(pid)];
  await setTimeout(LASTS);
  const count = deliveries - before;
  const seconds = (performance.now() - started) / 1_000;
  const processor = Math.max(0.01, processorTime(pid) - busy);
  const measured = latencies;
  going = false;
  for (const end = performance.now() + STRAGGLING; complete < said.length; ) {
    if (performance.now() > end) throw new Error('texts to the group were lost');
    await setTimeout(5);
  }
  return {
    full: figures(count / seconds, measured),
    perProcessorSecond: figures(count / processor),
  };
}
