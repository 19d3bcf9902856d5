/** Carriers in memory that drop, repeat, reorder and delay envelopes and die, as a seed says. */
import type { Carrier, CarrierEnd, CarrierFactory } from '../carriers/carrier.ts';
import type { Clock } from '../clock.ts';
import type { ServerSessions } from '../server/server-sessions.ts';
import { Sink } from '../server/sink.ts';

/** What takes envelopes at the other end; a server that is down takes none. */
export type Receiver = Pick<ServerSessions, 'receive'>;

/** Chances from 0 to 1, and the longest delay of an envelope in ms. */
export interface Badness {
  drop: number;
  repeat: number;
  die: number;
  refuse: number;
  delay: number;
}

/** A stream of numbers from 0 up to 1 (mulberry32), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Brings something across, late, twice, or not at all. */
export function across(
  { drop, repeat, delay }: Pick<Badness, 'drop' | 'repeat' | 'delay'>,
  chance: () => number,
  clock: Clock,
  deliver: () => void,
): void {
  const times = chance() < repeat ? 2 : 1;
  for (let i = 0; i < times; i++) {
    if (chance() < drop) continue;
    clock.setTimeout(deliver, chance() * delay);
  }
}

/** `polls`: like HTTP POST, each envelope has a way back of its own that ends with its answers. */
export function badCarrier(
  polls: boolean,
  badness: Badness,
  chance: () => number,
  clock: Clock,
  server: () => Receiver,
): CarrierFactory {
  return {
    kind: polls ? 'bad-post' : 'bad-websocket',
    open: async () => {
      if (chance() < badness.refuse) throw new Error('refused');
      return new BadCarrier(polls, badness, chance, clock, server);
    },
  };
}

class BadCarrier implements Carrier {
  readonly kind = 'bad';
  readonly polls: boolean;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #badness: Badness;
  readonly #chance: () => number;
  readonly #clock: Clock;
  readonly #server: () => Receiver;
  readonly #standing: Sink;
  readonly #sinks = new Set<Sink>();
  #dead = false;

  constructor(
    polls: boolean,
    badness: Badness,
    chance: () => number,
    clock: Clock,
    server: () => Receiver,
  ) {
    this.polls = polls;
    this.#badness = badness;
    this.#chance = chance;
    this.#clock = clock;
    this.#server = server;
    this.#standing = this.#sink();
  }

  send(envelope: Uint8Array): void {
    const copy = new Uint8Array(envelope);
    this.#carry(() => this.#arrive(copy));
  }

  backlog(): number {
    return 0;
  }

  close(): void {
    this.#dead = true;
    for (const sink of this.#sinks) sink.close();
  }

  #sink(): Sink {
    const sink = new Sink({
      standing: !this.polls,
      backlog: () => 0,
      send: (envelope) => {
        const copy = new Uint8Array(envelope);
        this.#carry(() => this.onEnvelope(copy));
      },
    });
    this.#sinks.add(sink);
    return sink;
  }

  #arrive(envelope: Uint8Array): void {
    const sink = this.polls ? this.#sink() : this.#standing;
    const outcome = this.#server().receive(envelope, sink);
    if (outcome === 'unknown') this.#die('refused');
    else if (this.polls)
      void outcome.then(() => {
        sink.close();
        this.#sinks.delete(sink);
      });
  }

  #carry(deliver: () => void): void {
    if (this.#chance() < this.#badness.die) this.#die('lost');
    across(this.#badness, this.#chance, this.#clock, () => this.#dead || deliver());
  }

  #die(reason: CarrierEnd): void {
    if (this.#dead) return;
    this.close();
    this.onClose(reason);
  }
}
