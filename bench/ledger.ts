/** Counts what crosses a real carrier: every envelope, both ways, with whose it was and when. */
import type { Carrier, CarrierFactory, Manner } from '@polynya/reach/carriers/carrier';

export interface Crossing {
  readonly who: string;
  readonly way: 'up' | 'down';
  readonly bytes: number;
  /** ms since 1970. */
  readonly at: number;
}

/** WebSocket (RFC 6455 section 5.2): head of a message of so many bytes; what a client sends is masked. */
export function webSocketHead({ way, bytes }: Pick<Crossing, 'way' | 'bytes'>): number {
  const length = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
  return way === 'up' ? length + 4 : length;
}

export class Ledger {
  readonly crossings: Crossing[] = [];

  /** The same carrier, with everything that `who` sends and gets written down. */
  of(who: string, inner: CarrierFactory): CarrierFactory {
    return {
      kind: inner.kind,
      open: async (endpoint, signal) =>
        new CountedCarrier(await inner.open(endpoint, signal), (way, { length: bytes }) =>
          this.crossings.push({ who, way, bytes, at: Date.now() }),
        ),
    };
  }

  /** Takes what was counted since the last call. */
  take(): Crossing[] {
    return this.crossings.splice(0);
  }

  /** Resolves when nothing has crossed for `ms`. */
  async quiet(ms: number): Promise<void> {
    const since = Date.now();
    for (;;) {
      const last = Math.max(since, this.crossings.at(-1)?.at ?? 0);
      const left = last + ms - Date.now();
      if (left <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, left));
    }
  }
}

export const total = (crossings: readonly Crossing[]): number =>
  crossings.reduce((sum, { bytes }) => sum + bytes, 0);

class CountedCarrier implements Carrier {
  readonly kind: string;
  readonly polls: boolean;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: Carrier['onClose'] = () => undefined;
  readonly #inner: Carrier;
  readonly #note: (way: Crossing['way'], envelope: Uint8Array) => void;

  constructor(inner: Carrier, note: (way: Crossing['way'], envelope: Uint8Array) => void) {
    this.kind = inner.kind;
    this.polls = inner.polls;
    this.#inner = inner;
    this.#note = note;
    inner.onEnvelope = (envelope) => {
      note('down', envelope);
      this.onEnvelope(envelope);
    };
    inner.onClose = (reason) => this.onClose(reason);
  }

  send(envelope: Uint8Array, manner?: Manner): void {
    this.#note('up', envelope);
    this.#inner.send(envelope, manner);
  }

  backlog(): number {
    return this.#inner.backlog();
  }

  close(): void {
    this.#inner.close();
  }
}
