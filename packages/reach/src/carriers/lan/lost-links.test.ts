/**
 * Whatever becomes of beacons, connections and carriers, whoever is near is met again: in virtual time, by a network
 * that all are in, and by a carrier between each two.
 */
import fc from 'fast-check';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { pause } from '../../clock.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { type BadGround, BadLan } from '../../test/bad-lan.ts';
import { percent } from '../../test/bad-lines.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { virtualTimers } from '../../test/virtual-timers.ts';
import type { NearLink } from './link.ts';
import { Nearby } from './nearby.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
/** Who is in which chats: the last shares none with anybody. */
const CHATS = [['family', 'work'], ['family', 'work'], ['family'], ['elsewhere']];
/** ms within which all meet once nothing is lost any more: a silent link is given up after 20 s. */
const MEET = 40_000;
const NEVER = new AbortController().signal;

beforeAll(watchWebCrypto);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const run = fc.record({
  seed: fc.integer(),
  by: fc.constantFrom('network' as const, 'carriers' as const),
  lost: percent(80),
  unheard: percent(60),
  delay: fc.integer({ min: 1, max: 800 }),
  lives: fc.integer({ min: 500, max: 30_000 }),
  troubles: fc.array(fc.integer({ min: 1_000, max: 60_000 }), { minLength: 1, maxLength: 3 }),
});
type Given = BadGround & { seed: number; by: 'network' | 'carriers'; troubles: number[] };

test(
  'who is near is met again after each loss, frames come once and in order and in their own link, and nothing is left open',
  () => fc.assert(fc.asyncProperty(run, prove), { numRuns: 12 * TIMES, endOnFailure: true }),
  120_000 * TIMES,
);

/** A device's end of a link, and what it has taken of the other's. */
interface EndOfLink {
  readonly name: string;
  readonly device: number;
  readonly chat: string;
  readonly link: NearLink;
  open: boolean;
  said: number;
  heard: number;
  other?: string;
}

async function prove(given: Given): Promise<void> {
  const clock = new VirtualTime();
  const timers = virtualTimers(clock);
  const chance = seeded(given.seed);
  const random = (length: number) => new Uint8Array(length).map(() => chance() * 256);
  const ends = new Map<string, EndOfLink>();
  const wrong: string[] = [];

  const say = (end: EndOfLink): void => {
    const said = JSON.stringify({ name: end.name, chat: end.chat, number: end.said++ });
    const length = chance() < 0.1 ? 40_000 : 100;
    end.link.send(new TextEncoder().encode(said.padEnd(length)));
  };
  const take = (end: EndOfLink, frame: Uint8Array): void => {
    const { name, chat, number } = JSON.parse(new TextDecoder().decode(frame)) as {
      name: string;
      chat: string;
      number: number;
    };
    end.other ??= name;
    const other = ends.get(name);
    if (other) other.other ??= end.name;
    if (name !== end.other || other?.other !== end.name || chat !== end.chat)
      wrong.push(`${end.name} hears ${name}`);
    if (number !== end.heard++) wrong.push(`${end.name} hears ${number}`);
  };
  const met = (device: number, link: NearLink, chat: string): void => {
    const name = `${device} ${chat} ${ends.size}`;
    const end: EndOfLink = { name, device, chat, link, open: true, said: 0, heard: 0 };
    ends.set(name, end);
    link.onFrame = async (frame) => {
      take(end, frame);
      if (chance() < 0.2) await pause(clock, chance() * 500, NEVER);
    };
    link.onClose = () => {
      if (!end.open) wrong.push(`${name} ends twice`);
      end.open = false;
    };
    const goOn = (): void => {
      if (!end.open) return;
      say(end);
      clock.setTimeout(goOn, chance() * 3_000);
    };
    goOn();
  };

  const keys = new Map(['family', 'work', 'elsewhere'].map((chat) => [chat, random(32)]));
  const devices = CHATS.map((chats, device) => {
    const shares = chats.map((of) => ({ of, key: keys.get(of) ?? new Uint8Array(32) }));
    return new Nearby<string>({
      ...{ random, secrets: async () => shares },
      met: (link, { of }) => met(device, link, of),
      log: (line) => void wrong.push(line),
    });
  });
  const lan = new BadLan(given, chance, clock);
  if (given.by === 'network') lan.together(devices);
  else lan.byCarriers(devices);

  /** Who hears whom in which chat, by the links that are open. */
  const heard = () =>
    [...ends.values()]
      .filter(({ open }) => open)
      .map(({ device, chat, other = '' }) => `${device} ${chat} ${ends.get(other)?.device}`)
      .sort();
  const all = CHATS.flatMap((chats, device) =>
    chats.flatMap((chat) =>
      CHATS.flatMap((theirs, other) =>
        other !== device && theirs.includes(chat) ? [`${device} ${chat} ${other}`] : [],
      ),
    ),
  ).sort();
  for (const trouble of given.troubles) {
    lan.isBad = true;
    await pass(clock, trouble);
    lan.isBad = false;
    const since = clock.steady();
    const again = () => `${heard()}` === `${all}`;
    await clock.until(() => again() || clock.steady() - since > MEET, 2 * MEET);
    expect(heard()).toEqual(all);
  }
  lan.isOver = true;
  await Promise.all(devices.map((device) => device.close()));
  await pass(clock, MEET);
  expect(wrong).toEqual([]);
  expect(heard()).toEqual([]);
  expect(lan.open.size).toBe(0);
  expect(timers.size).toBe(0);
}

async function pass(clock: VirtualTime, ms: number): Promise<void> {
  let over = false;
  void pause(clock, ms, NEVER).then(() => {
    over = true;
  });
  await clock.until(() => over, ms);
}
