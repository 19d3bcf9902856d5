/** Two people who tell each other a text: what passes, in which time, and whether each text came once. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Way } from './way.ts';

/** Somebody at a keyboard, with one chat open. */
export interface Talker {
  say(text: string): void;
  /** How often a text from somebody else is on the screen. */
  heard(text: string): number | Promise<number>;
  /** Resolves once it is there, or with false when time is up or the program ended. */
  hears(text: string, signal: AbortSignal): Promise<boolean>;
  /** By which way it goes just now; null where the program does not say. */
  way?(): Promise<Way | null>;
  /** Ends the program. */
  stop(): Promise<void>;
}

export interface Outcome {
  readonly passed: boolean;
  /** Whether the texts came, where something else is why it did not pass; as `passed` when absent. */
  readonly delivered?: boolean;
  /** Until both had heard the other; null if that did not come to pass. */
  readonly seconds: number | null;
  /** Why not, for a person. */
  readonly why: string | null;
  /** What else was done and how long it took, for a person: beyond the texts, and so beyond `seconds`. */
  readonly besides?: string;
  /** By which the first one’s texts went; absent or null where nobody says, and the wire has to. */
  readonly way?: Way | null;
}

/** That of texts that came, or did not, with something else that may not be. */
export function spoiled(outcome: Outcome, why: string): Outcome {
  return { ...outcome, passed: false, delivered: outcome.delivered ?? outcome.passed, why };
}

/** That of texts of which one came again. */
export function repeated(outcome: Outcome): Outcome {
  return spoiled(outcome, 'a text arrived more than once');
}

/** A second text that comes at all comes within this, ms. */
export const ECHO = 300;

/** Each says one text. @param began when the clock was started, by performance.now() */
export async function exchange(
  [a, b]: readonly [Talker, Talker],
  [fromA, fromB]: readonly [string, string],
  bound: number,
  began = performance.now(),
): Promise<Outcome> {
  const signal = AbortSignal.timeout(
    Math.max(1, Math.round(bound * 1_000 - (performance.now() - began))),
  );
  a.say(fromA);
  b.say(fromB);
  const [there, back] = await Promise.all([b.hears(fromA, signal), a.hears(fromB, signal)]);
  const seconds = (performance.now() - began) / 1_000;
  if (!there || !back) {
    const missing = there ? 'the answer' : back ? 'the first text' : 'both texts';
    return { passed: false, seconds: null, why: `${missing} did not arrive within ${bound} s` };
  }
  const way = (await a.way?.()) ?? null;
  await pause(ECHO);
  const once = (await b.heard(fromA)) === 1 && (await a.heard(fromB)) === 1;
  const outcome: Outcome = { passed: true, seconds, way, why: null };
  return once ? outcome : repeated(outcome);
}
