/**
 * A client's connection to one server, kept as long as the app lives: sessions that outlive carriers,
 * calls that outlive sessions, logs that are opened and watched again by themselves.
 */

import { equal } from '@polynya/protocol/bytes';
import {
  OVERHEAD,
  RECORD_FILL,
  RECORD_NONCE,
  recordAnswerTag,
  recordRequest,
} from '@polynya/protocol/envelope';
import { LIMITS, PROTOCOL_VERSION } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { FirstReply, Item, Op, Request, Result } from '@polynya/protocol/requests';
import { type CallOptions, Calls, type PendingCall } from './calls.ts';
import type { Carrier, CarrierFactory } from './carriers/carrier.ts';
import { ClientSession } from './client-session.ts';
import { type Clock, fraction, type Random } from './clock.ts';
import { Conversation } from './conversation.ts';
import { ExpiredRecord, KnownServer } from './known-server.ts';
import { Line, type Way } from './line.ts';
import { LogHandle, type LogHost } from './log-handle.ts';
import { room } from './packing.ts';

const HEARTBEAT = 30_000;
const LINGER = 25_000;
/** An hour before the server ends a session, a new one is begun. */
const RENEW_AFTER = LIMITS.session - 3_600_000;
/** Silence after which a carrier that owes answers is dead, in ms, and bytes per ms of the slowest line. */
const SILENCE = 15_000;
const SLOWEST = 4;
/** Bytes of calls that ride in a first flight, which may have to be sent again. */
const FLIGHT_ROOM = 16_384;
/** Bytes that a carrier may hold before more is given to it. */
const CARRIER_BACKLOG = 262_144;
/** A connection that lived so long had nothing wrong with it, in ms. */
const STEADY = 10_000;
const PROBE_TIMEOUT = 5_000;

export interface ServerAddress {
  /** The server's Ed25519 public key. */
  readonly identity: Uint8Array;
  /** URLs that lead to it, the best first. */
  readonly endpoints: readonly string[];
}

export interface ConnectionOptions {
  readonly address: ServerAddress;
  /** Tried in the order given. */
  readonly carriers: readonly CarrierFactory[];
  readonly clock: Clock;
  readonly random: Random;
  /** An access record that was saved. */
  readonly record?: Uint8Array;
  readonly saveRecord?: (record: Uint8Array) => void;
  readonly versions?: readonly number[];
}

export type Status = 'offline' | 'connecting' | 'online';

/** What the server said of itself when a session began. */
export interface Hello {
  /** The server's clock minus this device's, in ms. */
  readonly offset: number;
  /** The build of the page that the server serves; '' for none. */
  readonly build: string;
  /** The versions that the server speaks. */
  readonly versions: readonly number[];
}

/** Why no session can be had although something answers. */
export type Problem = 'version' | 'clock';

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #server: KnownServer;
  readonly #line: Line;
  readonly #calls: Calls;
  readonly #logs = new Set<LogHandle>();
  readonly #closing = new AbortController();
  readonly #statusListeners = new Set<(status: Status) => void>();
  readonly #helloListeners = new Set<(hello: Hello) => void>();
  readonly #host: LogHost;
  #status: Status = 'offline';
  #hello: Hello | null = null;
  #problem: Problem | null = null;
  #session: ClientSession | null = null;
  #sessionNumber = 0;
  #sessionStarted = 0;
  #nextLogNumber = 1;
  /** Whether the record was fetched, or has proved good, since there was reason to doubt it. */
  #recordTrusted = true;
  #now: Conversation | null = null;
  #running = false;
  #flushing = false;
  #pushes = 0;
  #failedFlights = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { address, carriers, clock, random } = options;
    this.#server = new KnownServer(address.identity);
    this.#line = new Line(carriers, clock, random);
    this.#line.lead(address.endpoints);
    this.#line.onPause = () => this.#setStatus('offline');
    this.#calls = new Calls(clock, random);
    this.#host = {
      request: (op, log, build, callOptions) => this.#request(op, log, build, callOptions),
      nextNumber: () => this.#nextLogNumber++,
      rejectLog: (log, error) => this.#calls.rejectAll(error, log),
      timeout: (ms) => this.#timeout(ms),
      closed: (log) => this.#logs.delete(log),
    };
  }

  get status(): Status {
    return this.#status;
  }

  /** What the server said last; null before the first session. */
  get hello(): Hello | null {
    return this.#hello;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  /** Ends with what is returned. */
  onStatus(listener: (status: Status) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Called when a session begins, or when the server said why none can. Ends with what is returned. */
  onHello(listener: (hello: Hello) => void): () => void {
    this.#helloListeners.add(listener);
    return () => this.#helloListeners.delete(listener);
  }

  /**
   * Asks until answered or aborted, over whatever carrier works. Rejects with ProtocolError: permanent
   * refusals at once, `rate`, `busy` and `full` when `patience` is at its end.
   */
  call<O extends Op>(
    request: Extract<Request, { op: O }>,
    options?: CallOptions,
  ): Promise<Result<O>> {
    return this.#request(request.op as O, null, () => request, options);
  }

  /** A log, to be kept as long as it is used. Several handles of one log know nothing of each other. */
  log(id: Uint8Array, secret: Uint8Array): LogHandle {
    const log = new LogHandle(id, secret, this.#host);
    this.#logs.add(log);
    return log;
  }

  /** The network may be another, or the page is seen again: try at once. */
  kick(): void {
    this.#line.kick();
    this.#heartbeat();
    this.#wantLine();
  }

  /** Ends everything; calls under way are rejected. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    const conversation = this.#now;
    if (conversation?.handle && this.#session) {
      const bye = [{ id: Number.MAX_SAFE_INTEGER, request: { op: 'bye' as const } }];
      const { carrier, handle } = conversation;
      const sealed = this.#session.seal(handle, bye);
      void sealed.then((envelope) => carrier.send(envelope)).then(() => conversation.end());
    } else conversation?.end();
    this.#closing.abort(new ProtocolError('busy', 'the connection was closed here'));
    this.#cancelTimer();
    this.#calls.rejectAll(new ProtocolError('busy', 'the connection was closed here'));
    this.#setStatus('offline');
  }

  #request<O extends Op>(
    op: O,
    log: Parameters<LogHost['request']>[1],
    build: (n: number) => Extract<Request, { op: O }>,
    options?: CallOptions & { readonly added?: (call: PendingCall) => void },
  ): Promise<Result<O>> {
    if (this.#closing.signal.aborted) return Promise.reject(this.#closing.signal.reason);
    const answer = this.#calls.add(op, log, build, options);
    this.#wantLine();
    this.#scheduleFlush();
    return answer;
  }

  get #wanted(): boolean {
    return this.#calls.size > 0 || [...this.#logs].some((log) => log.watched);
  }

  #wantLine(): void {
    if (this.#running || this.#closing.signal.aborted || !this.#wanted) return;
    this.#running = true;
    void this.#run().then(() => {
      this.#running = false;
      this.#wantLine();
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { record } = this.#options;
    if (record && !this.#server.record) await this.#learn(record, false);
    while (!signal.aborted && this.#wanted) {
      this.#setStatus('connecting');
      try {
        const { carrier, way } = await this.#line.open(signal);
        const goOn = await this.#converse(carrier, way);
        if (!goOn && this.#wanted) await this.#line.pause(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
    this.#setStatus('offline');
  }

  /** Uses one carrier until it dies. Whether there is reason to go on at once. */
  async #converse(carrier: Carrier, way: Way): Promise<boolean> {
    const { clock } = this.#options;
    const conversation: Conversation = new Conversation(carrier, way, clock, (envelope) =>
      this.#receive(conversation, envelope),
    );
    this.#now = conversation;
    let settled = false;
    try {
      while (await this.#enter(conversation)) {
        const turn = conversation.nextTurn();
        this.#resume();
        if (!settled) this.#settleIn(conversation);
        settled = true;
        if ((await turn) === 'dead') break;
        this.#setStatus('connecting');
        this.#calls.resend();
      }
    } finally {
      conversation.end();
      this.#now = null;
      this.#cancelTimer();
      this.#calls.resend();
      if (!conversation.heard && !conversation.excused) this.#line.failed(way);
      const lived = clock.now() - conversation.startedAt;
      if (conversation.heard && lived >= STEADY) this.#line.steady(way);
    }
    return conversation.excused;
  }

  /** Gets a session and a handle for this carrier, by what was kept or a new first flight. */
  async #enter(conversation: Conversation): Promise<boolean> {
    const now = this.#options.clock.now();
    if (this.#session && now - this.#sessionStarted < RENEW_AFTER) {
      conversation.handle = this.#session.takeHandle() ?? null;
      if (conversation.handle) return true;
    }
    this.#forgetSession();
    let key = this.#recordTrusted ? this.#server.keyAt(now) : null;
    if (!key) {
      if (!(await this.#fetchRecord(conversation))) return false;
      key = this.#server.record?.keys[0]?.key ?? null;
      return key !== null && (await this.#fly(conversation, key));
    }
    if (await this.#fly(conversation, key)) return true;
    // The key was kept from before, perhaps from before a restart: no fault of the carrier's.
    if (this.#problem === null) conversation.excused = true;
    return false;
  }

  async #fetchRecord(conversation: Conversation): Promise<boolean> {
    const { request, tag } = this.#recordRequest();
    const open = async (envelope: Uint8Array): Promise<true | null> => {
      if (!equal(envelope.subarray(0, tag.length), tag)) return null;
      return (await this.#learn(envelope.subarray(tag.length), true)) || null;
    };
    const fetched = await conversation.exchange(request, open, this.#patience(request.length));
    if (!fetched) this.#failedFlights++;
    this.#recordTrusted = fetched === true;
    return this.#recordTrusted;
  }

  #recordRequest(): { request: Uint8Array; tag: Uint8Array } {
    const { random } = this.#options;
    const { identity } = this.#server;
    const nonce = random(RECORD_NONCE);
    return {
      request: recordRequest(identity, nonce, random(RECORD_FILL)),
      tag: recordAnswerTag(identity, nonce),
    };
  }

  async #learn(record: Uint8Array, fetched: boolean): Promise<boolean> {
    const now = this.#options.clock.now();
    try {
      const body = await this.#server.learn(record, now);
      this.#line.lead([...new Set([...this.#options.address.endpoints, ...body.endpoints])]);
      if (this.#problem === 'clock') this.#problem = null;
      if (fetched) this.#options.saveRecord?.(new Uint8Array(record));
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (fetched && error instanceof ExpiredRecord) {
        this.#problem = 'clock';
        this.#greet({ offset: error.issued - now, build: '', versions: [] });
      }
      return false;
    }
  }

  /** Sends a first flight with what waits, and takes the first reply. */
  async #fly(conversation: Conversation, serverKey: Uint8Array): Promise<boolean> {
    const { clock, random, versions = [PROTOCOL_VERSION] } = this.#options;
    const number = this.#sessionNumber + 1;
    this.#calls.resend();
    const calls = this.#calls.take(number, FLIGHT_ROOM);
    const { identity } = this.#server;
    const { session, firstFlight } = await ClientSession.begin({
      identity,
      serverKey,
      versions,
      calls,
      random,
    });
    const sentAt = clock.now();
    this.#sessionNumber = number;
    this.#session = session;
    const reply = await conversation.exchange(
      firstFlight,
      (envelope) => session.openFirstReply(envelope),
      this.#patience(firstFlight.length),
    );
    if (!reply) {
      // The key may be another since a restart, or the reply was lost: either way, begin anew.
      this.#failedFlights++;
      this.#recordTrusted = false;
      this.#forgetSession();
      return false;
    }
    this.#failedFlights = 0;
    this.#greetBy(reply, sentAt);
    if (reply.version === 0) return this.#noVersion(conversation);
    this.#sessionStarted = sentAt;
    for (const item of reply.items) this.#take(item);
    conversation.handle = session.takeHandle() ?? null;
    return conversation.handle !== null;
  }

  #noVersion(conversation: Conversation): false {
    this.#problem = 'version';
    this.#forgetSession();
    conversation.end();
    this.#calls.rejectAll(new ProtocolError('version', 'no version of the protocol is shared'));
    return false;
  }

  #greetBy(reply: FirstReply, sentAt: number): void {
    const offset = Math.round(reply.time - (sentAt + this.#options.clock.now()) / 2);
    this.#problem = null;
    this.#greet({ offset, build: reply.build, versions: reply.versions });
  }

  #greet(hello: Hello): void {
    this.#hello = hello;
    for (const listener of this.#helloListeners) listener(hello);
  }

  #patience(bytes: number): number {
    return Math.max(3_000, this.#calls.roundTrip.timeout(this.#failedFlights + 1, bytes));
  }

  #forgetSession(): void {
    this.#session?.end();
    this.#session = null;
  }

  /** There is a session on a carrier: everything that waits goes out, what is watched is watched again. */
  #resume(): void {
    this.#setStatus('online');
    if (this.#session && this.#session.handlesLeft < 2) this.#askForHandles();
    this.#heartbeat();
    this.#scheduleFlush();
  }

  /** Starts what goes on as long as this carrier lives. */
  #settleIn(conversation: Conversation): void {
    const { clock, random } = this.#options;
    const beat = (): void => {
      if (conversation.ended) return;
      this.#heartbeat();
      clock.setTimeout(beat, HEARTBEAT * (1 - fraction(random) / 5));
    };
    clock.setTimeout(beat, HEARTBEAT * (1 - fraction(random) / 5));
    if (conversation.carrier.polls) void this.#linger(conversation);
    this.#lookForBetter(conversation);
  }

  #heartbeat(): void {
    for (const log of this.#logs) log.rewatch();
    const age = this.#options.clock.now() - this.#sessionStarted;
    if (this.#now?.handle && age >= RENEW_AFTER) this.#lost();
  }

  #askForHandles(): void {
    const session = this.#session;
    this.#request('handles', null, () => ({ op: 'handles', count: 4 })).then(
      ({ handles }) => {
        if (this.#session === session) session?.addHandles(handles);
      },
      () => {
        // Without handles the next carrier begins a new session, which brings its own.
      },
    );
  }

  /** Keeps one request lingering with a carrier by which the server cannot speak unasked. */
  async #linger(conversation: Conversation): Promise<void> {
    const { clock } = this.#options;
    const { signal } = conversation;
    while (!conversation.ended) {
      const watching = conversation.handle && [...this.#logs].some((log) => log.watched);
      const asked = clock.now();
      const pushes = this.#pushes;
      if (watching) {
        const linger = { op: 'linger' as const, ms: LINGER };
        await this.#request('linger', null, () => linger, { signal }).catch(() => undefined);
      }
      // Neither pushes nor patience: whatever the reason, do not ask in a loop.
      const idle = pushes === this.#pushes && clock.now() - asked < 1_000;
      if (idle) await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000));
    }
  }

  /** When a better way is worth another try, tries it beside this one, and moves if the server answers there. */
  #lookForBetter(conversation: Conversation): void {
    const { clock } = this.#options;
    const better = this.#line.better(conversation.way);
    if (!better) return;
    const wait = Math.max(1_000, better.at - clock.now());
    clock.setTimeout(() => {
      if (conversation.ended || this.#closing.signal.aborted) return;
      void this.#probe(better.way).then((works) => {
        if (works) this.#line.steady(better.way);
        else this.#line.failed(better.way);
        if (conversation.ended) return;
        if (works) {
          conversation.excused = true;
          conversation.end();
        } else this.#lookForBetter(conversation);
      });
    }, wait);
  }

  /** Whether the server answers this way. */
  async #probe(way: Way): Promise<boolean> {
    const { clock } = this.#options;
    const carrier = await this.#line.tryOne(way, this.#closing.signal).catch(() => null);
    if (!carrier) return false;
    const probe = new Conversation(carrier, way, clock, () => Promise.resolve());
    const { request, tag } = this.#recordRequest();
    const open = async (envelope: Uint8Array): Promise<true | null> =>
      equal(envelope.subarray(0, tag.length), tag) || null;
    const answered = await probe.exchange(request, open, PROBE_TIMEOUT);
    probe.end();
    return answered !== null;
  }

  async #receive(conversation: Conversation, envelope: Uint8Array): Promise<void> {
    const session = this.#session;
    if (!session?.established || conversation.ended) return;
    if (session.isReset(envelope)) {
      this.#recordTrusted = false;
      if (conversation.handle) this.#lost();
      return;
    }
    const items = await session.open(envelope);
    if (!items || this.#session !== session) return;
    conversation.noteHeard();
    for (const item of items) this.#take(item);
    this.#scheduleFlush();
  }

  /** The session is gone, the carrier is not. */
  #lost(): void {
    this.#forgetSession();
    this.#now?.renew();
  }

  #take(item: Item): void {
    if (item.item === 'answer' || item.item === 'refusal') {
      this.#calls.settle(item, this.#sessionNumber);
      return;
    }
    this.#pushes++;
    for (const log of this.#logs) if (log.number === item.n) log.receive(item);
  }

  /** Sends what is due at the end of this turn, together. */
  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const conversation = this.#now;
    const session = this.#session;
    if (!conversation?.handle || !session?.established) return;
    const { carrier, handle } = conversation;
    while (carrier.backlog() < CARRIER_BACKLOG) {
      const calls = this.#calls.take(this.#sessionNumber, room(OVERHEAD.up));
      if (calls.length === 0) break;
      const apart = calls[0]?.request.op === 'linger';
      void session.seal(handle, calls).then((envelope) => carrier.send(envelope, apart));
    }
    this.#armTimer();
  }

  /** One timer for what is to be asked again and for the silence of a dead carrier. */
  #armTimer(): void {
    this.#cancelTimer();
    const conversation = this.#now;
    if (!conversation?.handle) return;
    const now = this.#options.clock.now();
    const next = Math.min(this.#calls.nextDue(), this.#deadAt(conversation));
    if (next === Number.POSITIVE_INFINITY) return;
    const wait = Math.max(next - now, 20);
    this.#cancelTimer = this.#options.clock.setTimeout(() => {
      if (this.#now !== conversation) return;
      if (this.#deadAt(conversation) <= this.#options.clock.now()) {
        this.#line.failed(conversation.way);
        conversation.end();
      } else this.#flush();
    }, wait);
  }

  #deadAt(conversation: Conversation): number {
    const since = Math.max(this.#calls.waitingSince(), conversation.heardAt);
    const large = Math.min(this.#calls.bytesUnderWay(), LIMITS.piece);
    return since + SILENCE + large / SLOWEST;
  }

  #timeout(ms: number): AbortSignal {
    const abort = new AbortController();
    this.#options.clock.setTimeout(() => abort.abort(new ProtocolError('busy', 'too late')), ms);
    return abort.signal;
  }

  #setStatus(status: Status): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
  }
}
