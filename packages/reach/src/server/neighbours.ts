/** Stands before the sessions of one process: envelopes that are a neighbour's go there by a line of their own. */
import { HANDLE } from '@polynya/protocol/envelope';
import type { FindNeighbour, LineEnd, Neighbour, NeighbourLine, Receiver } from './neighbour.ts';
import type { Sink, SinkUser } from './sink.ts';

/** Bytes that wait for a client beyond which its neighbour is not read. */
const UNREAD = 1_048_576;

export class Neighbours implements Receiver {
  readonly #own: Receiver;
  readonly #find: FindNeighbour;
  readonly #lines = new WeakMap<Sink, Map<Neighbour, Relay>>();

  constructor(own: Receiver, find: FindNeighbour) {
    this.#own = own;
    this.#find = find;
  }

  receive(envelope: Uint8Array, sink: Sink): Promise<void> | 'unknown' {
    const neighbour = this.#find(envelope.subarray(0, HANDLE));
    if (!neighbour) return this.#own.receive(envelope, sink);
    const relay = this.#lines.get(sink)?.get(neighbour) ?? this.#open(neighbour, sink);
    if (!relay) return 'unknown';
    relay.send(envelope);
    return Promise.resolve();
  }

  /** Undefined if the connection serves as many as it may. */
  #open(neighbour: Neighbour, sink: Sink): Relay | undefined {
    if (!sink.takes()) return undefined;
    const lines = this.#lines.get(sink) ?? new Map<Neighbour, Relay>();
    this.#lines.set(sink, lines);
    const relay = new Relay(neighbour, sink, (why, last) => {
      lines.delete(neighbour);
      if (why === 'refused') sink.end();
      // This process answers with the reset of a session that is gone: its client begins another at once.
      else if (last && sink.open && this.#own.receive(last, sink) === 'unknown') sink.end();
    });
    lines.set(neighbour, relay);
    return relay;
  }
}

/** Between one client's connection and one neighbour. */
class Relay implements SinkUser {
  readonly #line: NeighbourLine;
  #last: Uint8Array | undefined;

  constructor(
    neighbour: Neighbour,
    sink: Sink,
    ended: (why: LineEnd, last: Uint8Array | undefined) => void,
  ) {
    sink.attach(this);
    this.#line = neighbour.line({
      envelope: (envelope) => {
        sink.send(envelope);
        if (sink.backlog() > UNREAD) this.#line.pause(true);
      },
      end: (why) => {
        sink.detach(this);
        ended(why, this.#last);
      },
    });
  }

  send(envelope: Uint8Array): void {
    this.#last = envelope;
    this.#line.send(envelope);
  }

  sinkClosed(): void {
    this.#line.close();
  }

  sinkDrained(): void {
    this.#line.pause(false);
  }
}
