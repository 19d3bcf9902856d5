/**
 * Five hundred pairs online. At full load each says its next text when the last was delivered; at half of
 * the rate that this gave, texts are said at even distances, whether or not earlier ones have arrived.
 */
import { setTimeout } from 'node:timers/promises';
import type { Dialect, Speaker } from '../dialects/dialect.ts';
import { each } from '../dialects/lines.ts';
import { processorTime } from '../systems/cores.ts';
import { type Figures, figures } from './figures.ts';

const PAIRS = 500;
/** ms. Programs that are compiled while they run need the first. */
const WARM_UP = 3_000;
const LASTS = 3_000;
/** ms that texts on their way may take to arrive when no more are said. */
const STRAGGLING = 10_000;

export interface OneToOne {
  readonly full: Figures;
  readonly half: Figures;
  /** Texts delivered for each second that the server's processor was busy with it. */
  readonly perProcessorSecond: Figures;
}

export async function oneToOne(dialect: Dialect, pid: number, bytes: number): Promise<OneToOne> {
  const load = new Load();
  await each(PAIRS, 16, async (i) => {
    load.speakers[i] = await dialect.pair(i, bytes, (texts) => load.delivered(i, texts));
  });
  load.repeats = true;
  for (let i = 0; i < PAIRS; i++) load.say(i);
  await setTimeout(WARM_UP);
  const full = await load.during(LASTS, pid);
  load.repeats = false;
  await load.quiet();
  const rate = full.perSecond / 2;
  const stop = evenly(rate, (n, due) => load.say(n % PAIRS, due));
  await setTimeout(WARM_UP);
  const half = await load.during(LASTS, pid);
  stop();
  await load.quiet();
  return {
    full: figures(full.perSecond, full.latencies),
    half: figures(half.perSecond, half.latencies),
    perProcessorSecond: figures(full.perProcessorSecond),
  };
}

class Load {
  readonly speakers: Speaker[] = [];
  /** Each says its next text when one was delivered. */
  repeats = false;
  /** When texts that are on their way were said, for each pair the eldest first. */
  readonly #underWay = Array.from({ length: PAIRS }, (): number[] => []);
  #latencies: number[] = [];

  say(i: number, due = performance.now()): void {
    this.#underWay[i]?.push(due);
    this.speakers[i]?.say();
  }

  delivered(i: number, texts: number): void {
    const now = performance.now();
    for (let n = 0; n < texts; n++) {
      const said = this.#underWay[i]?.shift();
      if (said === undefined) throw new Error('a text was delivered that nobody said');
      this.#latencies.push(now - said);
      if (this.repeats) this.say(i, now);
    }
  }

  async during(ms: number, pid: number) {
    this.#latencies = [];
    const [started, busy] = [performance.now(), processorTime(pid)];
    await setTimeout(ms);
    const count = this.#latencies.length;
    const seconds = (performance.now() - started) / 1_000;
    const perProcessorSecond = count / Math.max(0.01, processorTime(pid) - busy);
    return { perSecond: count / seconds, perProcessorSecond, latencies: this.#latencies };
  }

  /** Resolves when nothing is on its way. */
  async quiet(): Promise<void> {
    const end = performance.now() + STRAGGLING;
    while (this.#underWay.some(({ length }) => length > 0)) {
      if (performance.now() > end) throw new Error('texts were lost');
      await setTimeout(5);
    }
  }
}

/** Calls `say` so often a second, with the number of the text and the moment at which it was due. */
function evenly(perSecond: number, say: (n: number, due: number) => void): () => void {
  const started = performance.now();
  let said = 0;
  let stopped = false;
  const go = (): void => {
    if (stopped) return;
    const due = Math.floor(((performance.now() - started) * perSecond) / 1_000);
    while (said < due) say(said, started + (said++ * 1_000) / perSecond);
    setImmediate(go);
  };
  go();
  return () => {
    stopped = true;
  };
}
