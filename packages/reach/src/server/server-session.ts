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
import { GcmKey } from '../gcm/key.ts';
import { answer, nudgeFor, refusal } from '../items.ts';
import type { EnvelopeSealer } from '../seal/envelope-sealer.ts';
import { type EncodedItem, type ItemEncoder, lengthOf } from '../seal/item-encoder.ts';
import { Packer, room } from '../seal/packing.ts';
import type { SessionKeys } from '../seal/session-keys.ts';
import type { SteadyClock } from '../steady-clock.ts';
import { PushQueue } from './push-queue.ts';
import type { Outcome, SessionHandler, SessionLogic, SessionPort } from './session-handler.ts';
import { SessionSinks } from './session-sinks.ts';
import type { Sink, SinkUser } from './sink.ts';
import type { Flushed, TurnEnds } from './turn-ends.ts';
import { Underway } from './underway.ts';

/** How long the first reply waits for the answers to the calls of the first flight, in ms. */
const FIRST_REPLY_WAIT = 200;
/** What a client is told to wait when too many of its calls are under way, in ms. */
const BUSY_WAIT = 1_000;
/** Lingering requests at a time; one more ends the eldest (count). */
const LINGERS = 4;
const NOTHING = new Uint8Array(0);
const NONE: readonly never[] = [];
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

/** What all sessions of one server have in common. */
export interface SessionsShared {
  readonly build: string;
  readonly handler: SessionHandler;
  readonly clock: SteadyClock;
  readonly sealer: EnvelopeSealer;
  readonly encoder: ItemEncoder;
  readonly turnEnds: TurnEnds;
  readonly limits: SessionLimits;
  /** Issues new handles of a session. */
  readonly issue: (session: ServerSession, count: number) => Handle[];
  /** Called when its client ends a session. */
  readonly bye: (session: ServerSession) => void;
  /** Hears of errors that are bugs. */
  readonly report: (error: unknown) => void;
}

/** What the first reply is made with. */
export interface Opening {
  /** Our X25519 public key and the key id of the first flight. */
  readonly share: Uint8Array;
  readonly keyId: Uint8Array;
  /** The version chosen, 0 if none is shared. */
  readonly version: number;
}

/** Items as they travel, and where to. */
interface Parcel {
  readonly sink: Sink;
  readonly packer: Packer<EncodedItem>;
}

export class ServerSession implements SessionPort, SinkUser, Flushed {
  /** In ms of the steady clock, like `heard`. */
  readonly started: number;
  /** When the client was last heard. */
  heard: number;
  /** When it was put where it is in the order of who was heard last; `ServerSessions` keeps it and the handles. */
  placed: number;
  /** All that it was given: none is forgotten before it ends, or it would be taken for one that is gone. */
  handles: readonly string[] = NONE;
  readonly #shared: SessionsShared;
  readonly #up: GcmKey;
  readonly #down: GcmKey;
  readonly #logic: SessionLogic;
  readonly #window = new ReplayWindow();
  readonly #sinks = new SessionSinks();
  readonly #pushes: PushQueue;
  /** What goes out at the end of the turn. */
  #parcels: readonly Parcel[] = NONE;
  /** What is to be answered, as long as there is anything. */
  #work: Underway | undefined;
  #seq = 0;
  /** Until the first reply. */
  #opening: (Opening & { begun: boolean; mayReply: boolean }) | undefined;
  #scheduled = false;
  #ended = false;

  constructor(shared: SessionsShared, keys: SessionKeys, opening: Opening) {
    this.#shared = shared;
    this.#opening = { ...opening, begun: false, mayReply: false };
    this.#up = new GcmKey(keys.up);
    this.#down = new GcmKey(keys.down);
    this.started = shared.clock.steady();
    this.heard = this.started;
    this.placed = this.started;
    this.#pushes = new PushQueue(shared.limits.pushBytes);
    this.#logic = shared.handler.open(this);
  }

  /** Whether a connection is there on which pushes can go at any time. */
  get connected(): boolean {
    return this.#sinks.connected;
  }

  /**
   * Takes the calls of the first flight. Resolves when all are answered. The first reply waits a little
   * for the answers, to carry them.
   */
  begin(calls: readonly Cbor[], sink: Sink): Promise<void> {
    const replied = new Promise<void>((resolve) => this.#underWay().flushed.push(resolve));
    const cancel = this.#shared.clock.setTimeout(() => this.#reply(), FIRST_REPLY_WAIT);
    this.#underWay().flushed.push(cancel);
    const answered = this.#take(-1, calls, sink);
    if (this.#opening) this.#opening.begun = true;
    this.#replyIfAnswered();
    return replied.then(() => answered);
  }

  /**
   * Takes one envelope. Resolves when all it asked for was handed to the sink; 'unknown' if it does not
   * open, in which case nothing has changed.
   */
  receive(envelope: Uint8Array, sink: Sink): Promise<void> | 'unknown' {
    const plaintext = this.#shared.sealer.open(this.#up, envelope);
    const message = plaintext && decodeUp(plaintext);
    if (!message) return 'unknown';
    if (!this.#window.accept(message.seq)) return Promise.resolve();
    return this.#take(message.seq, message.calls, sink);
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
    this.#sinks.closed(sink);
    this.#parcels = this.#parcels.filter((one) => one.sink !== sink);
    this.#work?.sinkClosed(sink);
  }

  sinkDrained(): void {
    if (!this.#pushes.empty) this.#schedule();
  }

  /** Forgets keys and connections. What is under way goes unanswered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const sink of this.#sinks.end()) sink.detach(this);
    this.#parcels = NONE;
    this.#work?.end();
    this.#work = undefined;
    this.#up.end();
    this.#down.end();
    this.#logic.end();
  }

  /** @param seq of the envelope; -1 for the first flight */
  #take(seq: number, encoded: readonly Cbor[], sink: Sink): Promise<void> {
    const calls = encoded.map(receiveCall);
    this.heard = this.#shared.clock.steady();
    if (this.#sinks.heard(sink)) sink.attach(this);
    // A line is tried out with `handles`, whether or not it is used then.
    const asks = calls.some((call) => call && call.request?.op !== 'handles');
    if (asks) this.#sinks.asked(sink, seq);
    return this.#answer(calls, sink);
  }

  /** A call without an id cannot be answered; it costs the others nothing. */
  #answer(calls: readonly (ReceivedCall | null)[], sink: Sink): Promise<void> {
    return new Promise((resolve) => {
      let left = 1;
      const told = (): void => {
        if (--left === 0) resolve();
      };
      for (const call of calls) {
        if (!call) continue;
        left++;
        this.#start(call, sink, told);
      }
      told();
    });
  }

  /** Not before all calls of the first flight were begun: some are answered at once. */
  #replyIfAnswered(): void {
    if (this.#opening?.begun && this.#work?.running.size === this.#work?.lingers.size)
      this.#reply();
  }

  #reply(): void {
    if (!this.#opening || this.#opening.mayReply) return;
    this.#opening.mayReply = true;
    this.#schedule();
  }

  /** `told` is called when the answer was handed to a sink. */
  #start({ id, request }: ReceivedCall, sink: Sink, told: () => void): void {
    const { running: all } = this.#underWay();
    const running = all.get(id);
    if (running) {
      // Asked again while under way: one answer, to the connection that asked last.
      running.sink = sink;
      running.waiting.push(told);
      return;
    }
    all.set(id, { sink, waiting: [told] });
    if (all.size > this.#shared.limits.calls) {
      this.#finish(id, refusal(id, new ProtocolError('busy', 'too many calls', BUSY_WAIT)));
    } else if (this.#opening?.version === 0) {
      this.#finish(id, refusal(id, new ProtocolError('version')));
    } else if (!request) {
      this.#finish(id, refusal(id, new ProtocolError('malformed', 'not a request')));
    } else if (request.op === 'linger') {
      this.#linger(id, request.ms);
    } else if (request.op === 'handles') {
      const handles = this.#shared.issue(this, request.count);
      this.#finish(id, answer(id, results.handles.encode({ handles })));
    } else if (request.op === 'bye') {
      this.#finish(id, answer(id, results.bye.encode({})));
      this.#underWay().flushed.push(() => this.#shared.bye(this));
    } else {
      this.#perform(id, request);
    }
  }

  #perform(id: number, request: Request): void {
    const answered = (outcome: Outcome): void => this.#finish(id, this.#told(id, outcome));
    try {
      this.#logic.call(request, answered);
    } catch (error) {
      answered(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #told(id: number, outcome: Outcome): Item {
    if (!(outcome instanceof Error)) return answer(id, outcome);
    if (outcome instanceof ProtocolError) return refusal(id, outcome);
    this.#shared.report(outcome);
    return refusal(id, new ProtocolError('busy', 'fault', 5_000));
  }

  #linger(id: number, ms: number): void {
    const work = this.#underWay();
    const [eldest] = work.lingers.keys();
    if (eldest !== undefined && work.lingers.size === LINGERS) this.#endLinger(eldest);
    work.linger(
      id,
      this.#shared.clock.setTimeout(() => this.#endLinger(id), ms),
    );
    if (!this.#pushes.empty) this.#schedule();
  }

  #endLinger(id: number): void {
    this.#work?.endLinger(id);
    this.#finish(id, answer(id, results.linger.encode({})));
  }

  #finish(id: number, item: Item): void {
    const running = this.#work?.running.get(id);
    if (!this.#work || !running) return;
    this.#work.running.delete(id);
    this.#work.flushed.push(...running.waiting);
    if (running.sink.open) this.#queue(running.sink, item);
    this.#replyIfAnswered();
    this.#schedule();
  }

  #underWay(): Underway {
    this.#work ??= new Underway();
    return this.#work;
  }

  #queue(sink: Sink, item: Item): void {
    let parcel = this.#parcels.find((one) => one.sink === sink);
    if (!parcel) {
      parcel = { sink, packer: new Packer() };
      this.#parcels = [...this.#parcels, parcel];
    }
    const encoded = this.#shared.encoder.encode(item);
    const length = lengthOf(encoded);
    if (length <= ROOM) parcel.packer.add(encoded, length);
    else if (item.item === 'push') this.#queue(sink, nudgeFor(item));
    else if (item.item === 'answer') {
      this.#queue(sink, refusal(item.id, new ProtocolError('too-big')));
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    this.#shared.turnEnds.add(this);
  }

  /** At the end of a turn: what it brought about goes out. */
  flush(): void {
    this.#scheduled = false;
    if (this.#ended || (this.#opening && !this.#opening.mayReply)) return;
    this.#gatherPushes();
    const { sealer } = this.#shared;
    const parcels = this.#parcels;
    this.#parcels = NONE;
    if (this.#opening) this.#sendFirstReply(this.#opening, parcels);
    for (const { sink, packer } of parcels) {
      while (!packer.empty) {
        const items = packer.take(ROOM);
        sink.send(sealer.seal(this.#down, NOTHING, OVERHEAD.down, [this.#seq++], items));
      }
    }
    if (!this.#work) return;
    const { flushed } = this.#work;
    this.#work.flushed = [];
    if (this.#work.over) this.#work = undefined;
    for (const tell of flushed) tell();
  }

  #sendFirstReply({ share, keyId, version }: Opening, parcels: readonly Parcel[]): void {
    const sink = this.#sinks.last;
    if (!sink) return;
    this.#opening = undefined;
    const { build, clock, issue, sealer } = this.#shared;
    const fields = firstReply.encode({
      version,
      versions: [PROTOCOL_VERSION],
      time: Math.max(0, Math.floor(clock.now())),
      build,
      handles: version === 0 ? [] : issue(this, 4),
      items: [],
    }) as readonly Cbor[];
    const first = parcels.find((parcel) => parcel.sink === sink)?.packer.take(FIRST_ROOM) ?? [];
    const overhead = OVERHEAD.firstReply;
    const sealed = sealer.seal(this.#down, keyId, overhead, fields.slice(0, -1), first);
    sink.send(concat(share, sealed));
  }

  /** Moves pushes to the connection that spoke last and has room, and ends its lingering requests. */
  #gatherPushes(): void {
    if (this.#pushes.empty) return;
    const sink = this.#sinks.forPushes(
      (one) =>
        this.#parcels.some((parcel) => parcel.sink === one) ||
        (this.#work?.lingersOn(one) ?? false),
    );
    if (!sink || sink.backlog() > this.#shared.limits.sinkBacklog) return;
    for (const item of this.#pushes.drain()) this.#queue(sink, item);
    const lingers = this.#work?.lingers;
    if (!lingers?.size) return;
    for (const id of [...lingers.keys()]) {
      if (this.#work?.running.get(id)?.sink === sink) this.#endLinger(id);
    }
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
