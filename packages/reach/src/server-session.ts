/**
 * The server's end of one session (docs/protocol.md section 3): opens what comes up, hands calls to the
 * logic, and gathers all that arises in one turn of the event loop into as few envelopes as it takes.
 */
import { concat } from '@polynya/protocol/bytes';
import type { Cbor } from '@polynya/protocol/cbor';
import { OVERHEAD, unpad } from '@polynya/protocol/envelope';
import { PROTOCOL_VERSION } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { ReplayWindow } from '@polynya/protocol/replay-window';
import {
  firstReply,
  type Handle,
  type Item,
  type PushItem,
  type ReceivedCall,
  type Request,
  receiveCall,
  receivedUp,
  results,
} from '@polynya/protocol/requests';
import type { EnvelopeSealer } from './envelope-sealer.ts';
import { GcmKey } from './gcm/gcm.ts';
import { type EncodedItem, type ItemEncoder, lengthOf, structWith } from './item-encoder.ts';
import { answer, nudgeFor, refusal } from './items.ts';
import { Packer, room } from './packing.ts';
import { PushQueue } from './push-queue.ts';
import type { SessionHandler, SessionLogic, SessionPort } from './session-handler.ts';
import type { SessionKeys } from './session-keys.ts';
import type { Sink, SinkUser } from './sink.ts';
import type { SteadyClock } from './steady-clock.ts';

/** How long the first reply waits for the answers to the calls of the first flight, in ms. */
const FIRST_REPLY_WAIT = 200;
/** What a client is told to wait when too many of its calls are under way, in ms. */
const BUSY_WAIT = 1_000;
/** Lingering requests at a time; one more ends the eldest (count). */
const LINGERS = 4;
const EMPTY = new Uint8Array(0);
/** Bytes of items in one envelope. */
const ROOM = room(OVERHEAD.down);
const FIRST_ROOM = room(OVERHEAD.firstReply) - 512;

export interface SessionLimits {
  /** Calls under way at a time (count). */
  readonly calls: number;
  /** Bytes of pushes that wait in a session. */
  readonly pushBytes: number;
  /** Bytes held by a connection beyond which pushes wait. */
  readonly sinkBacklog: number;
}

export interface ServerSessionOptions {
  readonly keys: SessionKeys;
  /** Our X25519 public key and the key id of the first flight: what the first reply is made with. */
  readonly share: Uint8Array;
  readonly keyId: Uint8Array;
  /** The version chosen, 0 if none is shared. */
  readonly version: number;
  readonly build: string;
  readonly handler: SessionHandler;
  readonly clock: SteadyClock;
  /** Shared by all sessions. */
  readonly sealer: EnvelopeSealer;
  readonly encoder: ItemEncoder;
  readonly limits: SessionLimits;
  /** Issues new handles of this session. */
  readonly issue: (count: number) => Handle[];
  /** Called when the client ends the session. */
  readonly onBye: () => void;
  /** Hears of errors that are bugs. */
  readonly report: (error: unknown) => void;
}

/** A call under way: where its answer goes and who waits for that. */
interface Running {
  sink: Sink;
  readonly waiting: (() => void)[];
}

export class ServerSession implements SessionPort, SinkUser {
  /** In ms of the steady clock, like `heard`. */
  readonly started: number;
  /** When the client was last heard. */
  heard: number;
  readonly #options: ServerSessionOptions;
  readonly #up: GcmKey;
  readonly #down: GcmKey;
  readonly #logic: SessionLogic;
  readonly #window = new ReplayWindow();
  readonly #running = new Map<number, Running>();
  /** Connections that the session has used, the one that spoke last at the end. */
  readonly #sinks = new Set<Sink>();
  #latest: Sink | undefined;
  readonly #lingers = new Map<number, () => void>();
  readonly #pushes: PushQueue;
  /** Items as they travel. */
  #answers = new Map<Sink, Packer<EncodedItem>>();
  #flushed: (() => void)[] = [];
  #seq = 0;
  #begun = false;
  #replied = false;
  #mayReply = false;
  #scheduled = false;
  #ended = false;

  constructor(options: ServerSessionOptions) {
    this.#options = options;
    this.#up = new GcmKey(options.keys.up);
    this.#down = new GcmKey(options.keys.down);
    this.started = options.clock.steady();
    this.heard = this.started;
    this.#pushes = new PushQueue(options.limits.pushBytes);
    this.#logic = options.handler.open(this);
  }

  /** Whether a connection is there on which pushes can go at any time. */
  get connected(): boolean {
    for (const sink of this.#sinks) if (sink.open) return true;
    return false;
  }

  /**
   * Takes the calls of the first flight. Resolves when all are answered. The first reply waits a little
   * for the answers, to carry them.
   */
  begin(calls: readonly Cbor[], sink: Sink): Promise<void> {
    const replied = new Promise<void>((resolve) => this.#flushed.push(resolve));
    this.#options.clock.setTimeout(() => this.#reply(), FIRST_REPLY_WAIT);
    this.#hear(sink);
    const answered = this.#answer(calls, sink);
    this.#begun = true;
    this.#replyIfAnswered();
    return replied.then(() => answered);
  }

  /**
   * Takes one envelope. Resolves when all it asked for was handed to the sink; 'unknown' if it does not
   * open, in which case nothing has changed.
   */
  receive(envelope: Uint8Array, sink: Sink): Promise<void> | 'unknown' {
    const plaintext = this.#options.sealer.open(this.#up, envelope);
    const message = plaintext && decodeUp(plaintext);
    if (!message) return 'unknown';
    if (!this.#window.accept(message.seq)) return Promise.resolve();
    this.#hear(sink);
    return this.#answer(message.calls, sink);
  }

  push(item: PushItem): void {
    if (this.#ended) return;
    this.#pushes.add(item);
    this.#schedule();
  }

  backlog(): number {
    return this.#pushes.bytes;
  }

  sinkClosed(sink: Sink): void {
    this.#sinks.delete(sink);
    if (sink === this.#latest) this.#latest = undefined;
    this.#answers.delete(sink);
    for (const [id, cancel] of this.#lingers) {
      if (this.#running.get(id)?.sink !== sink) continue;
      cancel();
      this.#lingers.delete(id);
      this.#running.delete(id);
    }
  }

  sinkDrained(): void {
    if (!this.#pushes.empty) this.#schedule();
  }

  /** Forgets keys and connections. What is under way goes unanswered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const cancel of this.#lingers.values()) cancel();
    for (const sink of this.#sinks) sink.detach(this);
    for (const { waiting } of this.#running.values()) for (const tell of waiting) tell();
    for (const tell of this.#flushed) tell();
    this.#sinks.clear();
    this.#running.clear();
    this.#answers.clear();
    this.#up.end();
    this.#down.end();
    this.#logic.end();
  }

  #hear(sink: Sink): void {
    this.heard = this.#options.clock.steady();
    if (sink === this.#latest) return;
    this.#latest = sink;
    this.#sinks.delete(sink);
    this.#sinks.add(sink);
    sink.attach(this);
  }

  /** A call without an id cannot be answered; it costs the others nothing. */
  #answer(calls: readonly Cbor[], sink: Sink): Promise<void> {
    return new Promise((resolve) => {
      let left = 1;
      const told = (): void => {
        if (--left === 0) resolve();
      };
      for (const one of calls) {
        const call = receiveCall(one);
        if (!call) continue;
        left++;
        this.#start(call, sink, told);
      }
      told();
    });
  }

  /** Not before all calls of the first flight were begun: some are answered at once. */
  #replyIfAnswered(): void {
    if (this.#begun && this.#running.size === this.#lingers.size) this.#reply();
  }

  #reply(): void {
    if (this.#mayReply) return;
    this.#mayReply = true;
    this.#schedule();
  }

  /** `told` is called when the answer was handed to a sink. */
  #start({ id, request }: ReceivedCall, sink: Sink, told: () => void): void {
    const running = this.#running.get(id);
    if (running) {
      // Asked again while under way: one answer, to the connection that asked last.
      running.sink = sink;
      running.waiting.push(told);
      return;
    }
    this.#running.set(id, { sink, waiting: [told] });
    if (this.#running.size > this.#options.limits.calls) {
      this.#finish(id, refusal(id, new ProtocolError('busy', 'too many calls', BUSY_WAIT)));
    } else if (this.#options.version === 0) {
      this.#finish(id, refusal(id, new ProtocolError('version')));
    } else if (!request) {
      this.#finish(id, refusal(id, new ProtocolError('malformed', 'not a request')));
    } else if (request.op === 'linger') {
      this.#linger(id, request.ms);
    } else if (request.op === 'handles') {
      const handles = this.#options.issue(request.count);
      this.#finish(id, answer(id, results.handles.encode({ handles })));
    } else if (request.op === 'bye') {
      this.#finish(id, answer(id, results.bye.encode({})));
      this.#flushed.push(this.#options.onBye);
    } else {
      this.#perform(id, request);
    }
  }

  #perform(id: number, request: Request): void {
    const refuse = (error: unknown): void => {
      if (!(error instanceof ProtocolError)) this.#options.report(error);
      const told =
        error instanceof ProtocolError ? error : new ProtocolError('busy', 'fault', 5_000);
      this.#finish(id, refusal(id, told));
    };
    try {
      this.#logic.call(request).then((value) => this.#finish(id, answer(id, value)), refuse);
    } catch (error) {
      refuse(error);
    }
  }

  #linger(id: number, ms: number): void {
    const [eldest] = this.#lingers.keys();
    if (eldest !== undefined && this.#lingers.size === LINGERS) this.#endLinger(eldest);
    this.#lingers.set(
      id,
      this.#options.clock.setTimeout(() => this.#endLinger(id), ms),
    );
    if (!this.#pushes.empty) this.#schedule();
  }

  #endLinger(id: number): void {
    this.#lingers.get(id)?.();
    this.#lingers.delete(id);
    this.#finish(id, answer(id, results.linger.encode({})));
  }

  #finish(id: number, item: Item): void {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    this.#flushed.push(...running.waiting);
    if (running.sink.open) this.#queue(running.sink, item);
    this.#replyIfAnswered();
    this.#schedule();
  }

  #queue(sink: Sink, item: Item): void {
    let packer = this.#answers.get(sink);
    if (!packer) {
      packer = new Packer();
      this.#answers.set(sink, packer);
    }
    const encoded = this.#options.encoder.encode(item);
    const length = lengthOf(encoded);
    if (length <= ROOM) packer.add(encoded, length);
    else if (item.item === 'push') this.#queue(sink, nudgeFor(item));
    else if (item.item === 'answer') {
      this.#queue(sink, refusal(item.id, new ProtocolError('too-big')));
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#ended) this.#flush();
    });
  }

  #flush(): void {
    if (!this.#replied && !this.#mayReply) return;
    this.#gatherPushes();
    const answers = this.#answers;
    this.#answers = new Map();
    if (!this.#replied) this.#sendFirstReply(answers);
    for (const [sink, packer] of answers) {
      while (!packer.empty) {
        sink.send(this.#seal(structWith([this.#seq++], packer.take(ROOM)), OVERHEAD.down, EMPTY));
      }
    }
    const flushed = this.#flushed;
    this.#flushed = [];
    for (const tell of flushed) tell();
  }

  #sendFirstReply(answers: Map<Sink, Packer<EncodedItem>>): void {
    const sink = [...this.#sinks].at(-1);
    if (!sink) return;
    this.#replied = true;
    const { version, build, clock, share, keyId, issue } = this.#options;
    const fields = firstReply.encode({
      version,
      versions: [PROTOCOL_VERSION],
      time: Math.max(0, Math.floor(clock.now())),
      build,
      handles: version === 0 ? [] : issue(4),
      items: [],
    }) as readonly Cbor[];
    const parts = structWith(fields.slice(0, -1), answers.get(sink)?.take(FIRST_ROOM) ?? []);
    sink.send(concat(share, this.#seal(parts, OVERHEAD.firstReply, keyId)));
  }

  /** The one that spoke last of those that have a way down. */
  #sinkForPushes(): Sink | undefined {
    let found: Sink | undefined;
    for (const one of this.#sinks) {
      if (one.open && (one.standing || this.#answers.has(one) || this.#lingersOn(one))) found = one;
    }
    return found;
  }

  #lingersOn(sink: Sink): boolean {
    for (const id of this.#lingers.keys()) if (this.#running.get(id)?.sink === sink) return true;
    return false;
  }

  /** Moves pushes to the connection that spoke last and has room, and ends its lingering requests. */
  #gatherPushes(): void {
    if (this.#pushes.empty) return;
    const sink = this.#sinkForPushes();
    if (!sink || sink.backlog() > this.#options.limits.sinkBacklog) return;
    for (const item of this.#pushes.drain()) this.#queue(sink, item);
    if (this.#lingers.size === 0) return;
    for (const id of [...this.#lingers.keys()]) {
      if (this.#running.get(id)?.sink === sink) this.#endLinger(id);
    }
  }

  #seal(parts: readonly Uint8Array[], overhead: number, aad: Uint8Array): Uint8Array {
    return this.#options.sealer.seal(this.#down, aad, overhead, parts);
  }
}

function decodeUp(plaintext: Uint8Array): { seq: number; calls: Cbor[] } | null {
  try {
    return receivedUp.decode(unpad(plaintext));
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
