/**
 * WebSockets at the server (RFC 6455): each binary message is one envelope; whatever is not is answered by closing.
 * There are many connections and most are quiet, so each holds next to nothing and one clock watches all.
 */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LIMITS } from '@polynya/protocol/limits';
import type { Random } from '../../clock.ts';
import type { Receiver } from '../../server/neighbour.ts';
import { Sink, type SinkWay } from '../../server/sink.ts';
import type { SteadyClock } from '../../steady-clock.ts';
import {
  CLOSE,
  closeAnswer,
  closeFrame,
  FrameError,
  FrameReader,
  frameOf,
  type MessageTaker,
  OPCODES,
} from './frames.ts';
import { unevenHeader, unevenPong } from './uneven.ts';
import { upgrade } from './upgrade.ts';

export interface WebSocketLimits {
  /** Bytes held for a client beyond which it is not read from until it takes some: more than pushes alone fill. */
  readonly unread: number;
  /** Bytes held for a client that does not read, beyond which it is cut off. */
  readonly buffered: number;
  /** A connection on which nothing is heard for so long is cut off, in ms, or a little later. Clients speak every 30 s. */
  readonly silence: number;
}

export const DEFAULT_WEBSOCKET_LIMITS: WebSocketLimits = {
  unread: 1_572_864,
  buffered: 8_388_608,
  silence: 120_000,
};

/** The options of servers of `ws` that carry envelopes. */
export const WEBSOCKET_OPTIONS = {
  maxPayload: LIMITS.envelope,
  perMessageDeflate: false,
  skipUTF8Validation: true,
} as const;

/** It is looked so often in that time whether somebody is silent. */
const LOOKS = 8;
/** How long a client gets to answer a close, in ms: as long as until the next look at least. */
const CLOSING = 1_000;

export interface WebSocketsOptions {
  readonly limits?: WebSocketLimits;
  /** Where nobody may know them by the lengths of what is sent (`uneven.ts`). */
  readonly uneven?: Random;
}

type Times = Pick<SteadyClock, 'steady' | 'setTimeout'>;

/** All WebSockets of one port. The caller bounds how many there are. */
export class WebSockets {
  readonly #clock: Times;
  readonly limits: WebSocketLimits;
  readonly uneven: Random | undefined;
  readonly #all = new Set<ServerSocket>();
  #cancel: (() => void) | undefined;

  constructor(clock: Times, { limits, uneven }: WebSocketsOptions = {}) {
    this.#clock = clock;
    this.limits = limits ?? DEFAULT_WEBSOCKET_LIMITS;
    this.uneven = uneven;
  }

  /** Those that are open, or have not ended yet. */
  get clients(): ReadonlySet<ServerSocket> {
    return this.#all;
  }

  /** Answers a request that `asksForWebSocket` let pass and serves what follows on `stream` until it closes. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer, sessions: Receiver): void {
    // Its end may have come and gone while this server was not ready.
    if (!stream.readable || !stream.writable) {
      stream.destroy();
      return;
    }
    // Of HTTP, for what stands idle; it would only cost memory.
    if (stream instanceof Socket) stream.setTimeout(0);
    upgrade(request, stream, this.uneven && unevenHeader(this.uneven));
    if (head.length > 0) stream.unshift(head);
    this.#all.add(new ServerSocket(stream, sessions, this));
    this.#cancel ??= this.#again();
  }

  /** The present, in ms of the steady clock. */
  now(): number {
    return this.#clock.steady();
  }

  gone(socket: ServerSocket): void {
    this.#all.delete(socket);
    if (this.#all.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #again(): () => void {
    return this.#clock.setTimeout(() => this.#look(), this.limits.silence / LOOKS);
  }

  #look(): void {
    const now = this.now();
    for (const socket of this.#all) if (socket.until <= now) socket.terminate();
    this.#cancel = this.#all.size > 0 ? this.#again() : undefined;
  }
}

export class ServerSocket implements SinkWay, MessageTaker {
  /** When it is cut off, in ms of the steady clock, unless something is heard. */
  until = 0;
  readonly #stream: Duplex;
  readonly #sessions: Receiver;
  readonly #all: WebSockets;
  readonly #frames = new FrameReader(LIMITS.envelope);
  readonly #sink: Sink;
  /** Something was sent while the client had not taken all from before. */
  #full = false;

  constructor(stream: Duplex, sessions: Receiver, all: WebSockets) {
    this.#stream = stream;
    this.#sessions = sessions;
    this.#all = all;
    this.#sink = new Sink(this);
    this.#heard();
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('end', ended);
    stream.on('error', failed);
    stream.on('close', () => {
      this.#all.gone(this);
      this.#sink.close();
    });
  }

  get standing(): boolean {
    return true;
  }

  get isPaused(): boolean {
    return this.#stream.isPaused();
  }

  /** Bytes that were sent and are still held in this process. */
  backlog(): number {
    return this.#stream.writableLength;
  }

  send(envelope: Uint8Array): void {
    const { uneven } = this.#all;
    const frame = frameOf(OPCODES.binary, envelope);
    // In one piece, or it would be a packet and a record more.
    const pong = uneven && frameOf(OPCODES.pong, unevenPong(uneven, envelope.length));
    this.#write(pong ? Buffer.concat([frame, pong]) : frame);
  }

  /** Ends the connection as the server does with what is not for it. */
  end(): void {
    this.close();
  }

  /** Says that it ends, with a status code (RFC 6455 section 7.4) or without, and ends it. */
  close(status?: number): void {
    if (this.#closing) return;
    this.until = this.#all.now() + CLOSING;
    // What comes is not looked at any more, and yet has to be read: else its end would not be noticed.
    this.resume();
    this.#stream.end(closeFrame(status));
  }

  terminate(): void {
    this.#stream.destroy();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  take(opcode: number, payload: Buffer): void {
    if (this.#closing) return;
    switch (opcode) {
      case OPCODES.binary:
        if (this.#sessions.receive(payload, this.#sink) === 'unknown') this.close();
        return;
      case OPCODES.ping:
        this.#write(frameOf(OPCODES.pong, payload));
        return;
      case OPCODES.pong:
        return;
      case OPCODES.close:
        this.close(closeAnswer(payload));
        return;
      default:
        this.close(CLOSE.unsupported);
    }
  }

  #write(frame: Buffer): void {
    const { unread, buffered } = this.#all.limits;
    const held = this.backlog();
    if (held > buffered) this.terminate();
    if (this.#closing) return;
    if (held === 0) this.#stream.write(frame);
    else {
      this.#full = true;
      this.#stream.write(frame, () => this.#sent());
    }
    if (this.backlog() > unread) this.pause();
  }

  get #closing(): boolean {
    return !this.#stream.writable;
  }

  #read(chunk: Buffer): void {
    if (this.#closing) return;
    this.#heard();
    try {
      this.#frames.read(chunk, this);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.close(error.status);
    }
  }

  #heard(): void {
    this.until = this.#all.now() + this.#all.limits.silence;
  }

  #sent(): void {
    if (this.isPaused && !this.#closing && this.backlog() <= this.#all.limits.unread) {
      this.resume();
      this.#heard();
    }
    if (!this.#full || this.backlog() > 0) return;
    this.#full = false;
    this.#sink.drained();
  }
}

// Of all streams, because there are many.

function ended(this: Duplex): void {
  this.end();
}

function failed(this: Duplex): void {
  this.destroy();
}
