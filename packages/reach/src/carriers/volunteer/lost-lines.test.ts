/**
 * What a volunteer hands on over bad lines, on both sides: it changes nothing and holds no more than it may, and who is
 * helped asks anew once it ends and has all that they asked for. In virtual time, over real sessions.
 */
import { toHex } from '@polynya/protocol/bytes';
import fc from 'fast-check';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Connection } from '../../client/client.ts';
import { systemRandom } from '../../clock.ts';
import { across, type Badness, badCarrier, seeded } from '../../test/bad-carrier.ts';
import { anyBadness, percent } from '../../test/bad-lines.ts';
import { expectEntriesOnce } from '../../test/entries-once.ts';
import { restartingSessions } from '../../test/restarting-sessions.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { virtualTimers } from '../../test/virtual-timers.ts';
import type { Carrier, CarrierFactory } from '../carrier.ts';
import { joinCarriers } from './lender.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
/** Of entries, in bytes: a text, a long one, a small picture. */
const SIZES = [140, 2_500, 12_000];
/** Bytes that may wait for an end; and ms after which a guest who says nothing is let go, with some to spare. */
const UNREAD = 1_048_576;
const LET_GO = 150_000;

beforeAll(watchWebCrypto);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const badness = anyBadness({ drop: 25, repeat: 25, die: 8, refuse: 40, delay: 1_500 });
const run = fc.record({
  seed: fc.integer(),
  /** Between guest and volunteer, and between volunteer and server. */
  near: badness,
  far: badness,
  polls: fc.boolean(),
  /** Chances that a guest's death is not heard of, and that an end takes nothing at the moment. */
  unheard: percent(60),
  stuck: percent(15),
  /** Bytes lent to one guest. */
  most: fc.integer({ min: 40_000, max: 100_000 }),
  restartAt: fc.option(fc.integer({ min: 1_000, max: 60_000 })),
});

test(
  'envelopes are handed on unchanged and in bounds, whoever is helped hears of the end, and has every entry once and in order',
  () => fc.assert(fc.asyncProperty(run, prove), { numRuns: 12 * TIMES, endOnFailure: true }),
  120_000 * TIMES,
);

interface Given {
  readonly seed: number;
  readonly near: Badness;
  readonly far: Badness;
  readonly polls: boolean;
  readonly unheard: number;
  readonly stuck: number;
  readonly most: number;
  readonly restartAt: number | null;
}

async function prove(given: Given): Promise<void> {
  const clock = new VirtualTime();
  const timers = virtualTimers(clock);
  const chance = seeded(given.seed);
  const logs = new ToyLogs();
  const server = await restartingSessions(logs, clock, given.restartAt, (sessions) => sessions);
  const toServer = badCarrier(given.polls, given.far, chance, clock, () => server.half);
  const lent: Lent[] = [];
  const factory: CarrierFactory = {
    kind: 'volunteer',
    open: async (endpoint, signal) => {
      const server = await toServer.open(endpoint, signal);
      const [guest, here] = lineOf(given, chance, clock);
      lent.push(new Lent(guest, here, server, given, chance));
      return guest;
    },
  };
  const connection = new Connection({
    address: { identity: server.sessions.identity(), endpoints: ['memory:'] },
    carriers: [factory],
    ...{ clock, random: systemRandom },
  });
  await expectEntriesOnce(connection, clock, SIZES);
  connection.close();
  await clock.until(() => lent.every(({ isOver }) => isOver), LET_GO);
  expect(timers.size).toBe(0);
  for (const one of lent) one.look();
  server.sessions.stop();
}

/** One guest of the volunteer, and all that was handed on for them. */
class Lent {
  readonly #guest: LineEnd;
  readonly #most: number;
  readonly #wrong: string[] = [];
  #bytes = 0;
  #carried = 0;
  #over = 0;
  /** Neither end takes anything at the moment. */
  #isStuck = false;

  constructor(
    guest: LineEnd,
    here: Carrier,
    server: Carrier,
    { most, stuck }: Given,
    chance: () => number,
  ) {
    this.#guest = guest;
    this.#most = most;
    const came = () => {
      this.#isStuck = chance() < stuck;
    };
    const [up, down]: [Uint8Array[], Uint8Array[]] = [[], []];
    joinCarriers(
      this.#watched(here, came, up, down),
      this.#watched(server, came, down, up),
      most,
      (bytes) => {
        this.#carried += bytes;
      },
      () => this.#over++,
    );
  }

  get isOver(): boolean {
    return this.#over > 0 && this.#guest.ended;
  }

  look(): void {
    expect(this.#wrong).toEqual([]);
    expect(this.#over).toBe(1);
    expect(this.#bytes).toBe(this.#carried);
    expect(this.#bytes).toBeLessThanOrEqual(this.#most);
  }

  /** @param up what comes from it @param down what came from the other side: the last of these is what is sent to it */
  #watched(carrier: Carrier, came: () => void, up: Uint8Array[], down: Uint8Array[]): Carrier {
    const watched: Carrier = {
      kind: carrier.kind,
      polls: carrier.polls,
      send: (envelope, manner) => {
        const last = down.pop();
        if (!last || toHex(last) !== toHex(envelope)) this.#wrong.push('another envelope');
        if (this.#isStuck) this.#wrong.push('more is held than may be');
        if (this.#over > 0) this.#wrong.push('handed on after the end');
        this.#bytes += envelope.length;
        carrier.send(envelope, manner);
      },
      backlog: () => (this.#isStuck ? UNREAD + 1 : carrier.backlog()),
      close: () => carrier.close(),
      onEnvelope: () => undefined,
      onClose: () => undefined,
    };
    carrier.onEnvelope = (envelope) => {
      came();
      up.push(new Uint8Array(envelope));
      watched.onEnvelope(envelope);
    };
    carrier.onClose = (reason) => {
      watched.onClose(reason);
      if (this.#over === 0) this.#wrong.push('goes on with one end');
    };
    return watched;
  }
}

interface LineEnd extends Carrier {
  /** It was closed here, or heard that it ended. */
  ended: boolean;
}

/** The guest's end of a line to a volunteer, and the volunteer's. The guest hears of its end, the volunteer may not. */
function lineOf({ near, unheard }: Given, chance: () => number, clock: VirtualTime) {
  let isDead = false;
  const end = (other: () => LineEnd, hears: () => boolean): LineEnd => {
    const one: LineEnd = {
      ...{ kind: 'volunteer', polls: true, ended: false },
      send: (envelope) => {
        if (one.ended) return;
        const copy = new Uint8Array(envelope);
        across(near, chance, clock, () => isDead || other().ended || other().onEnvelope(copy));
        if (chance() < near.die) die();
      },
      backlog: () => 0,
      close: () => {
        one.ended = true;
        die();
      },
      onEnvelope: () => undefined,
      onClose: () => undefined,
    };
    const told = (): void => {
      if (one.ended) return;
      one.ended = true;
      one.onClose('lost');
    };
    tell.push(() => {
      if (hears()) clock.setTimeout(told, chance() * near.delay);
    });
    return one;
  };
  const tell: (() => void)[] = [];
  const die = (): void => {
    if (isDead) return;
    isDead = true;
    for (const each of tell) each();
  };
  const guest: LineEnd = end(
    () => volunteer,
    () => true,
  );
  const volunteer: LineEnd = end(
    () => guest,
    () => chance() >= unheard,
  );
  return [guest, volunteer] as const;
}
