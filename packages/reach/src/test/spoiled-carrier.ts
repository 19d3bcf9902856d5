/** A real carrier made bad: envelopes are lost, repeated, delayed and so reordered, and it dies, as a seed says. */
import type { Carrier, CarrierEnd, CarrierFactory, Manner } from '../carriers/carrier.ts';
import type { Clock } from '../clock.ts';
import type { Badness } from './bad-carrier.ts';

/** `bad` is looked at anew for each envelope, so that a test can start and end the bad times. */
export function spoiled(
  inner: CarrierFactory,
  bad: () => Badness,
  chance: () => number,
  clock: Clock,
): CarrierFactory {
  return {
    kind: inner.kind,
    open: async (endpoint, signal) => {
      if (chance() < bad().refuse) throw new Error('refused');
      return new SpoiledCarrier(await inner.open(endpoint, signal), bad, chance, clock);
    },
  };
}

class SpoiledCarrier implements Carrier {
  readonly kind: string;
  readonly polls: boolean;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #inner: Carrier;
  readonly #bad: () => Badness;
  readonly #chance: () => number;
  readonly #clock: Clock;
  #dead = false;

  constructor(inner: Carrier, bad: () => Badness, chance: () => number, clock: Clock) {
    this.kind = inner.kind;
    this.polls = inner.polls;
    this.#inner = inner;
    this.#bad = bad;
    this.#chance = chance;
    this.#clock = clock;
    inner.onEnvelope = (envelope) => this.#carry(() => this.onEnvelope(envelope));
    inner.onClose = (reason) => this.#die(reason);
  }

  send(envelope: Uint8Array, manner?: Manner): void {
    this.#carry(() => this.#inner.send(envelope, manner));
  }

  backlog(): number {
    return this.#inner.backlog();
  }

  close(): void {
    this.#dead = true;
    this.#inner.close();
  }

  #carry(deliver: () => void): void {
    const { drop, repeat, die, delay } = this.#bad();
    if (this.#chance() < die) this.#die('lost');
    const times = this.#chance() < repeat ? 2 : 1;
    for (let i = 0; i < times; i++) {
      if (this.#chance() < drop) continue;
      this.#clock.setTimeout(() => this.#dead || deliver(), this.#chance() * delay);
    }
  }

  #die(reason: CarrierEnd): void {
    if (this.#dead) return;
    this.close();
    this.onClose(reason);
  }
}
