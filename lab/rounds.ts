/**
 * Whack-a-mole: two people talk for many rounds while whatever way works is killed in each; a third one, whom nobody
 * hunts, is asked what is done to the line whenever another answer is right than before.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Diagnosis } from './diagnosis.ts';
import type { Middlebox } from './middlebox/middlebox.ts';
import type { Capture } from './network/capture.ts';
import type { Chance } from './random.ts';
import type { Scenario } from './scenarios.ts';
import type { Said } from './sides/pair.ts';
import { ECHO, type Outcome, repeated, type Talker } from './sides/talk.ts';
import { crossing, mainWay } from './sides/wire.ts';
import { parametersOf, type Settings, value } from './techniques/technique.ts';
import { aim, type Kill, kill, rightUnder } from './techniques/whack-a-mole.ts';

/** Of all texts. */
const DELIVERED = 0.99;
/** Times that the line is looked at (count): each takes as long as a few rounds where nothing answers. */
const LOOKS = 5;

/** Kills the ways of each prey for itself, whatever became of the others'. */
export class Hunter {
  readonly #middlebox: Pick<Middlebox, 'impose'>;
  readonly #kept: number;
  readonly #kills = new Map<Prey, readonly Kill[]>();

  /** @param kept so many of the newest kills of each prey are in force */
  constructor(middlebox: Pick<Middlebox, 'impose'>, kept: number) {
    this.#middlebox = middlebox;
    this.#kept = kept;
  }

  async strike(prey: Prey, way: string): Promise<void> {
    const kills = [...(this.#kills.get(prey) ?? []), aim(way, prey.chance)].slice(-this.#kept);
    this.#kills.set(prey, kills);
    const all = this.standing;
    await this.#middlebox.impose((rules) => kill(all, rules));
  }

  /** All that are in force, whoever's way it was: the line is everybody's. */
  get standing(): readonly Kill[] {
    return [...this.#kills.values()].flat();
  }
}

export interface Prey {
  /** Two who talk. */
  readonly both: readonly [Talker, Talker];
  /** Of their homes. */
  readonly addresses: readonly string[];
  readonly texts: readonly [string, string];
  /** How it is struck; of its own, so that what it meets does not hang on when others are struck. */
  readonly chance: Chance;
  /** What somebody beside them says of the line, whose packets are not theirs. */
  readonly asked?: () => Promise<Diagnosis | null>;
}

/** What came of a hunt, and what was said of the line meanwhile. */
export interface Hunted {
  readonly outcome: Outcome;
  readonly said: readonly Said[];
}

export interface RoundsContext {
  readonly hunter: Hunter;
  readonly capture: Pick<Capture, 'packets'>;
  readonly scenario: Scenario;
  readonly settings: Settings;
}

/** `seconds` is the 95th percentile of how long a text took. */
export async function rounds(prey: Prey, context: RoundsContext): Promise<Hunted> {
  const { hunter, capture, scenario, settings } = context;
  const { both, addresses, texts } = prey;
  const parameters = parametersOf(scenario.technique, settings);
  const count = value(parameters, 'rounds');
  const ms = (value(parameters, 'roundSeconds') / value(parameters, 'scale')) * 1_000;
  const waits: Promise<number | null>[] = [];
  const told: (readonly [string, string])[] = [];
  const said: Said[] = [];
  let [last, changes]: [readonly Diagnosis[], number] = [[], 0];
  const speak = (when: string): void => {
    told.push([`${texts[0]} ${when}.`, `${texts[1]} ${when}.`]);
    for (const [index, text] of (told.at(-1) ?? []).entries()) {
      const [speaker, listener] = index === 0 ? both : [both[1], both[0]];
      waits.push(delivery(speaker, listener, text, scenario.bound));
    }
  };
  for (let round = 1; round <= count; round++) {
    const before = capture.packets().length;
    speak(`${round}`);
    await pause(ms);
    const seen = capture.packets().slice(before);
    const way = mainWay(crossing(seen, addresses));
    if (way !== null) await hunter.strike(prey, way);
    const answers = rightUnder(hunter.standing);
    if (String(answers) === String(last)) continue;
    last = answers;
    changes++;
    if (!prey.asked || said.length === LOOKS) continue;
    // The censor waits until it was answered. Who talks is given no rest by that: they say something right after the kill, as ever.
    speak(`${round} and a look`);
    const right = { answers, when: `after round ${round}` };
    said.push({ by: 'terminal', diagnosis: await prey.asked(), right });
  }
  const times = await Promise.all(waits);
  const twice = await heardTwice(both, told);
  await Promise.all(both.map((each) => each.stop()));
  const besides = `what is done to the line was asked at ${said.length} of the ${changes} times that another answer was right than before`;
  const outcome = { ...judge(times, scenario.bound), ...(prey.asked && { besides }) };
  return { outcome: twice ? repeated(outcome) : outcome, said };
}

/** Whether somebody heard a text more than once. */
async function heardTwice(
  [first, second]: Prey['both'],
  told: readonly (readonly [string, string])[],
): Promise<boolean> {
  await pause(ECHO);
  for (const [fromFirst, fromSecond] of told) {
    if ((await second.heard(fromFirst)) > 1) return true;
    if ((await first.heard(fromSecond)) > 1) return true;
  }
  return false;
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
