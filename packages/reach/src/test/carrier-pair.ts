/** The two ends of a carrier in memory, as those of a data channel. */
import type { Carrier } from '../carriers/carrier.ts';

export class End implements Carrier {
  readonly kind = 'test';
  readonly polls = false;
  onEnvelope: Carrier['onEnvelope'] = () => undefined;
  onClose: Carrier['onClose'] = () => undefined;
  other: End | null = null;
  waits = 0;
  readonly sent: Uint8Array[] = [];

  send(envelope: Uint8Array): void {
    this.sent.push(envelope);
    queueMicrotask(() => this.other?.onEnvelope(envelope));
  }

  backlog(): number {
    return this.waits;
  }

  close(): void {
    const { other } = this;
    this.other = null;
    if (!other) return;
    other.other = null;
    other.onClose('lost');
  }
}

export function carrierPair(): [End, End] {
  const [a, b] = [new End(), new End()];
  a.other = b;
  b.other = a;
  return [a, b];
}
