/**
 * Two devices at the ends of a carrier that keeps order (docs/protocol.md section 10): their beacons, and as many pipes
 * as they have chats in common. For a page, which has no sockets.
 */
import { concat, readU32, u32 } from '@polynya/protocol/bytes';
import type { Carrier } from '../carrier.ts';
import type { Pipe } from './pipe.ts';
import type { Place, Visited } from './place.ts';

/** Bytes of a pipe that go at once, so that no pipe keeps the others waiting. */
const PIECE = 16_000;
/** Pipes that the other may have open at a time (count). */
const PIPES = 256;
/** Bytes that wait to leave, beyond which the other does not read any more. */
const UNSENT = 8_388_608;

export class CarrierPlace implements Place {
  readonly port = 0;
  readonly strangers = 4;
  /** Called once, however it ended. */
  onClose: () => void = () => undefined;
  readonly #carrier: Carrier;
  readonly #visited: Visited;
  readonly #pipes = new Map<number, Pipe>();
  /** Of pipes: the caller's are odd, the called's even. */
  #ours: number;
  #theirs: number;
  #closed = false;

  /** @param side `caller` for the one who opened the carrier */
  constructor(carrier: Carrier, visited: Visited, side: 'caller' | 'called') {
    this.#carrier = carrier;
    this.#visited = visited;
    [this.#ours, this.#theirs] = side === 'caller' ? [-1, 0] : [0, -1];
    carrier.onEnvelope = (envelope) => this.#take(envelope);
    carrier.onClose = () => this.#ended();
  }

  tell(beacon: Uint8Array): void {
    this.#send(0, beacon);
  }

  close(): void {
    if (this.#closed) return;
    this.#carrier.close();
    this.#ended();
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const number of this.#pipes.keys()) this.#end(number);
    this.onClose();
  }

  #send(number: number, bytes: Uint8Array): void {
    if (this.#closed) return;
    if (this.#carrier.backlog() > UNSENT) this.close();
    else this.#carrier.send(concat(u32(number), bytes));
  }

  #take(envelope: Uint8Array): void {
    if (this.#closed) return;
    if (envelope.length < 4) return void this.close();
    const number = readU32(envelope);
    const bytes = envelope.slice(4);
    if (number === 0) return void this.#visited.heard(bytes, () => this.#call(), this);
    const pipe = this.#pipes.get(number) ?? this.#called(number, bytes);
    if (bytes.length > 0) pipe?.onBytes(bytes);
    else this.#end(number);
  }

  #call(): Pipe {
    this.#ours += 2;
    return this.#open(this.#ours);
  }

  /** A pipe begins with its first bytes, and has a higher number than all before it. */
  #called(number: number, bytes: Uint8Array): Pipe | undefined {
    const next = number > this.#theirs && (number - this.#theirs) % 2 === 0;
    if (!next || bytes.length === 0) return undefined;
    this.#theirs = number;
    if (this.#pipes.size >= PIPES) return void this.#send(number, new Uint8Array(0));
    const pipe = this.#open(number);
    this.#visited.called(pipe, this);
    return pipe;
  }

  #open(number: number): Pipe {
    const pipe: Pipe = {
      send: (bytes) => {
        for (let at = 0; at < bytes.length && this.#pipes.has(number); at += PIECE) {
          this.#send(number, bytes.subarray(at, at + PIECE));
        }
      },
      close: () => {
        if (this.#pipes.has(number)) this.#send(number, new Uint8Array(0));
        this.#end(number);
      },
      onBytes: () => undefined,
      onClose: () => undefined,
    };
    this.#pipes.set(number, pipe);
    return pipe;
  }

  #end(number: number): void {
    const pipe = this.#pipes.get(number);
    this.#pipes.delete(number);
    pipe?.onClose();
  }
}
