/** What is to be sent waits a little for company, and then goes together, as much of it as one body takes. */
import { LIMITS } from '@polynya/protocol/limits';
import type { Clock } from '../clock.ts';

/** What an envelope in a body takes besides itself, in bytes. */
const PREFIX = 4;

export interface GatheringOptions {
  readonly clock: Clock;
  /** How long the first waits for others, in ms. */
  readonly wait: number;
  /** Bytes of one body, unless one envelope alone is longer. */
  readonly most: number;
  /** Sends the envelopes of one body. */
  readonly send: (envelopes: readonly Uint8Array[]) => void;
}

export class Gathering {
  readonly #options: GatheringOptions;
  #envelopes: Uint8Array[] = [];
  #waiting = false;

  constructor(options: GatheringOptions) {
    this.#options = options;
  }

  /** Of the envelopes that wait. */
  get bytes(): number {
    return this.#envelopes.reduce((sum, { length }) => sum + length, 0);
  }

  add(envelope: Uint8Array): void {
    this.#envelopes.push(envelope);
    if (this.#waiting) return;
    this.#waiting = true;
    const { clock, wait, most, send } = this.#options;
    clock.setTimeout(() => {
      this.#waiting = false;
      for (const envelopes of bodiesOf(this.#envelopes.splice(0), most)) send(envelopes);
    }, wait);
  }

  /** Nothing that waits is sent any more. */
  clear(): void {
    this.#envelopes = [];
  }
}

function bodiesOf(envelopes: readonly Uint8Array[], most: number): Uint8Array[][] {
  const bodies: Uint8Array[][] = [];
  let bytes = 0;
  for (const envelope of envelopes) {
    const last = bodies.at(-1);
    bytes += PREFIX + envelope.length;
    if (last && bytes <= most && last.length < LIMITS.postEnvelopes) last.push(envelope);
    else {
      bodies.push([envelope]);
      bytes = PREFIX + envelope.length;
    }
  }
  return bodies;
}
