/** From the start of the program until it answers in its own protocol, and what it holds when nobody came. */
import { setTimeout } from 'node:timers/promises';
import { residentBytes } from '../systems/cores.ts';
import type { Running } from '../systems/system.ts';
import { type Figures, figures } from './figures.ts';

const STARTS = 3;
/** ms. */
const RESTING = 3_000;

export interface ColdStart {
  /** ms. */
  readonly ready: Figures;
  /** MB. */
  readonly resident: Figures;
}

export async function coldStart(start: () => Promise<Running>): Promise<ColdStart> {
  const times: number[] = [];
  let resident = 0;
  for (let n = 0; n < STARTS; n++) {
    const running = await start();
    times.push(running.readyMs);
    if (n === STARTS - 1) {
      await setTimeout(RESTING);
      resident = residentBytes(running.pid);
    }
    await running.stop();
  }
  const [, middle = 0] = times.toSorted((a, b) => a - b);
  return { ready: figures(middle), resident: figures(resident / 1_048_576) };
}
