/** Whack-a-mole: two people talk for many rounds while whatever way works is killed in each. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Capture } from './network/capture.ts';
import type { Chance } from './random.ts';
import type { Outcome, Talker } from './sides/talk.ts';
import { crossing, mainWay } from './sides/wire.ts';
import type { TaskContext } from './tasks.ts';
import { parametersOf, value } from './techniques/technique.ts';
import { aim, type Kill, kill } from './techniques/whack-a-mole.ts';

export interface RoundsContext extends TaskContext {
  readonly capture: Capture;
  readonly chance: Chance;
}

/** Of all texts. */
const DELIVERED = 0.99;

/** `seconds` is the 95th percentile of how long a text took. */
export async function rounds(context: RoundsContext): Promise<Outcome> {
  const { lab, pair, scenario, settings, texts, chance } = context;
  const parameters = parametersOf(scenario.technique, settings);
  const count = value(parameters, 'rounds');
  const ms = (value(parameters, 'roundSeconds') / value(parameters, 'scale')) * 1_000;
  const both = pair.talk();
  const waits: Promise<number | null>[] = [];
  let kills: Kill[] = [];
  for (let round = 1; round <= count; round++) {
    const said = context.capture.packets().length;
    for (const [index, text] of texts.entries()) {
      const [speaker, listener] = index === 0 ? both : [both[1], both[0]];
      waits.push(delivery(speaker, listener, `${text} ${round}.`, scenario.bound));
    }
    await pause(ms);
    const seen = context.capture.packets().slice(said);
    const way = mainWay(crossing(seen, pair.addresses));
    if (way === null) continue;
    kills = [...kills, aim(way, chance)].slice(-value(parameters, 'kept'));
    await lab.middlebox.impose((rules) => kill(kills, rules));
  }
  const times = await Promise.all(waits);
  await Promise.all(both.map((each) => each.stop()));
  return judge(times, scenario.bound);
}

async function delivery(
  from: Talker,
  to: Talker,
  text: string,
  bound: number,
): Promise<number | null> {
  const began = performance.now();
  from.say(text);
  const came = await to.hears(text, AbortSignal.timeout(bound * 1_000));
  return came ? (performance.now() - began) / 1_000 : null;
}

function judge(times: readonly (number | null)[], bound: number): Outcome {
  const came = times.filter((time) => time !== null).sort((a, b) => a - b);
  const share = came.length / times.length;
  const seconds = came[Math.ceil(times.length * 0.95) - 1] ?? null;
  const percent = Math.round(share * 100);
  if (share < DELIVERED) {
    return { passed: false, seconds, why: `${percent} % arrived within ${bound} s each` };
  }
  return { passed: seconds !== null && seconds <= bound, seconds, why: null };
}
