/**
 * A client's connection to one server, kept as long as the app lives: sessions that outlive carriers,
 * calls that outlive sessions, logs that are opened and watched again by themselves.
 */

import { OVERHEAD } from '@polynya/protocol/envelope';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Item, Op, Request, Result } from '@polynya/protocol/requests';
import type { Carrier } from '../carriers/carrier.ts';
import { pause } from '../clock.ts';
import { room } from '../seal/packing.ts';
import { askForVolunteer } from './ask-for-volunteer.ts';
import { doubt } from './beside.ts';
import { lookForBetterWay, worksBy } from './better-way.ts';
import { BACKGROUND, type CallOptions, Calls, mannerOf, type PendingCall } from './calls.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { Conversation } from './conversation.ts';
import { Line, nameOf, type Way } from './line.ts';
import { lingerOn } from './linger.ts';
import { LogHandle, type LogHost } from './log-handle.ts';
import { keepAsking } from './pulse.ts';
import { type Hello, type Problem, SessionKeeper } from './session-keeper.ts';

export type { Hello, Problem } from './session-keeper.ts';

/** Bytes that a carrier may hold before more is given to it. */
const CARRIER_BACKLOG = 262_144;
/** What is said within so long goes together where each packet may count, in ms. */
const GATHER = 10;
/** A connection that lived so long is followed by the next at once, in ms. */
const LIVED = 1_000;

export type Status = 'offline' | 'connecting' | 'online';

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #keeper: SessionKeeper;
  readonly #line: Line;
  readonly #calls: Calls;
  readonly #logs = new Set<LogHandle>();
  readonly #closing = new AbortController();
  readonly #statusListeners = new Set<(status: Status) => void>();
  readonly #helloListeners = new Set<(hello: Hello) => void>();
  readonly #host: LogHost;
  #status: Status = 'offline';
  #hello: Hello | null = null;
  #nextLogNumber = 1;
  #now: Conversation | null = null;
  #running = false;
  #flushing = false;
  #pushes = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { address, carriers, clock, random } = options;
    this.#line = new Line(carriers, clock, random, options.openings, options.freezes);
    this.#line.lead(address.endpoints);
    this.#line.onPause = () => this.#setStatus('offline');
    this.#calls = new Calls(clock, random);
    this.#line.urgent = () => this.#calls.urgent;
    const answers = (probe: Conversation) => this.#keeper.answers(probe, probe.carrier.sure);
    this.#line.prove = (carrier, way, over) => worksBy(carrier, way, clock, answers, 1, over);
    this.#keeper = new SessionKeeper({
      identity: address.identity,
      clock,
      random,
      calls: this.#calls,
      record: options.record,
      versions: options.versions,
      onRecord: (record, endpoints, fetched) => {
        this.#line.learn(endpoints);
        if (fetched) options.saveRecord?.(record);
      },
      onHello: (hello) => {
        this.#hello = hello;
        for (const listener of this.#helloListeners) listener(hello);
      },
      onItem: (item) => this.#take(item),
    });
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

  /** All that lead to the server, as far as is known. */
  get endpoints(): readonly string[] {
    return this.#line.endpoints;
  }

  /** Those of them that are the server's own, and no bridges. */
  get listed(): readonly string[] {
    return this.#line.listed;
  }

  /** Goes by these and those of the record from now on. */
  lead(endpoints: readonly string[]): void {
    this.#line.lead(endpoints);
  }

  get problem(): Problem | null {
    return this.#keeper.problem;
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
    this.#keeper.moved();
    this.#heartbeat();
    this.#wantLine();
  }

  /** Ends everything; calls under way are rejected. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    const closed = new ProtocolError('busy', 'the connection was closed here');
    this.#closing.abort(closed);
    this.#cancelTimer();
    this.#calls.rejectAll(closed);
    void this.#sayBye().then(() => {
      this.#now?.end();
      this.#keeper.forget();
    });
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
    if (!BACKGROUND.includes(op)) {
      this.#line.hurry();
      this.#now?.stir();
    }
    this.#wantLine();
    this.#scheduleFlush();
    return answer;
  }

  async #sayBye(): Promise<void> {
    const { session } = this.#keeper;
    const conversation = this.#now;
    if (!conversation?.handle || !session?.established) return;
    const bye = { id: Number.MAX_SAFE_INTEGER, request: { op: 'bye' as const } };
    conversation.carrier.send(await session.seal(conversation.handle, [bye]));
  }

  get #wanted(): boolean {
    return this.#calls.size > 0 || this.#watching;
  }

  get #watching(): boolean {
    return !!this.#options.onOffer || [...this.#logs].some((log) => log.watched);
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
    await this.#keeper.prepare();
    this.#line.proven ??= await this.#options.loadWay?.();
    while (!signal.aborted && this.#wanted) {
      this.#setStatus('connecting');
      try {
        const { carrier, way } = await this.#line.open(signal);
        const goOn = await this.#converse(carrier, way);
        if (!goOn && this.#wanted && !this.#line.next) await this.#line.pause(signal);
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
    this.#calls.sure = carrier.sure ?? false;
    let lived = 0;
    let handle: Uint8Array | null = null;
    try {
      while (await this.#keeper.enter(conversation)) {
        handle = way.factory.meets ? null : conversation.handle;
        const turn = conversation.nextTurn();
        this.#resume(conversation);
        if (!conversation.entered) this.#settleIn(conversation);
        conversation.entered = true;
        const began = clock.now();
        if ((await turn) === 'dead') break;
        handle = null;
        this.#setStatus('connecting');
        this.#calls.resend();
        // A server that forgets its sessions at once is not begun anew with in a loop.
        if (clock.now() - began < LIVED)
          await this.#line.pause(conversation.signal).catch(() => undefined);
      }
    } finally {
      lived = clock.now() - conversation.startedAt;
      this.#line.used(conversation, lived);
      conversation.end();
      this.#now = null;
      this.#cancelTimer();
      this.#calls.resend();
      if (handle && !conversation.heard && carrier.polls) this.#keeper.giveBack(handle);
    }
    return conversation.excused || (conversation.heard && lived >= LIVED);
  }

  /** There is a session on a carrier: everything that waits goes out, what is watched is watched again. */
  #resume(conversation: Conversation): void {
    // With a session from before, a carrier has yet to show that it leads anywhere.
    if (conversation.heard) this.#setStatus('online');
    this.#keeper.restock();
    this.#heartbeat();
    this.#scheduleFlush();
  }

  /** Starts what goes on as long as this carrier lives. */
  #settleIn(conversation: Conversation): void {
    const { clock, saveWay } = this.#options;
    const way = nameOf(conversation.way);
    this.#line.proven = way;
    saveWay?.(way);
    const { random } = this.#options;
    void keepAsking(conversation, this.#line.frozen > 0, clock, random, () => this.#heartbeat());
    if (conversation.carrier.polls) {
      const ask = (ms: number, signal: AbortSignal) =>
        this.#request('linger', null, () => ({ op: 'linger', ms }), { signal });
      const wanted = () => this.#watching;
      void lingerOn({ conversation, clock, random, ask, wanted, pushed: () => this.#pushes });
    }
    const answers = (probe: Conversation) => this.#keeper.answers(probe);
    const { signal: closing } = this.#closing;
    const about = { conversation, line: this.#line, clock, closing };
    lookForBetterWay({ ...about, answers });
    const { carriers, meet } = this.#options;
    if (meet) void askForVolunteer({ ...about, carriers, meet });
  }

  #heartbeat(): void {
    for (const log of this.#logs) log.rewatch();
    if (this.#now?.handle && this.#keeper.old) this.#lost(false);
  }

  async #receive(conversation: Conversation, envelope: Uint8Array): Promise<void> {
    const { session } = this.#keeper;
    if (!session?.established || conversation.ended) return;
    if (session.isReset(envelope)) {
      if (conversation.handle) this.#lost(true);
      return;
    }
    const items = await session.open(envelope);
    if (!items || this.#keeper.session !== session) return;
    conversation.noteHeard();
    if (conversation.handle) this.#setStatus('online');
    for (const item of items) this.#take(item);
    this.#scheduleFlush();
  }

  /** The session is gone, the carrier is not. */
  #lost(restarted: boolean): void {
    this.#keeper.forget(restarted);
    this.#now?.renew();
  }

  #take(item: Item): void {
    if (item.item === 'answer' || item.item === 'refusal') {
      this.#calls.settle(item, this.#keeper.number);
      return;
    }
    this.#pushes++;
    this.#now?.stir();
    const { onEndpoints, onOffer } = this.#options;
    if (item.item === 'record') onEndpoints?.(item.record);
    else for (const log of this.#logs) if (log.number === item.n) log.receive(item);
    if (item.item === 'signal' && item.n === 0) onOffer?.(item.body);
  }

  /** Sends what is due, together: at the end of this turn, or a little later where each packet may count. */
  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    const flush = (): void => {
      this.#flushing = false;
      this.#flush();
    };
    if (this.#now?.unfrozen) queueMicrotask(flush);
    else this.#options.clock.setTimeout(flush, GATHER);
  }

  #flush(): void {
    const conversation = this.#now;
    const { session } = this.#keeper;
    if (!conversation?.handle || !session?.established) return;
    const { carrier, handle } = conversation;
    while (carrier.backlog() < CARRIER_BACKLOG) {
      const calls = this.#calls.take(this.#keeper.number, room(OVERHEAD.up));
      if (calls.length === 0) break;
      const manner = mannerOf(calls);
      void session.seal(handle, calls).then((envelope) => carrier.send(envelope, manner));
    }
    this.#armTimer();
  }

  /** One timer for what is to be asked again and for the silence of a dead carrier. */
  #armTimer(): void {
    this.#cancelTimer();
    const conversation = this.#now;
    if (!conversation?.handle) return;
    const { clock } = this.#options;
    const now = clock.now();
    const next = Math.min(this.#calls.nextDue(), this.#silentAt(conversation));
    if (next === Number.POSITIVE_INFINITY) return;
    const wait = Math.max(next - now, 20);
    this.#cancelTimer = clock.setTimeout(() => {
      if (this.#now !== conversation) return;
      if (this.#silentAt(conversation) > clock.now()) return this.#flush();
      // A server that is slow in what it was asked answers this at once, so the carrier is heard.
      const ask = () =>
        this.#request('handles', null, () => ({ op: 'handles', count: 0 })).catch(() => undefined);
      doubt(conversation, this.#line, clock, this.#closing.signal, ask);
      this.#armTimer();
    }, wait);
  }

  #silentAt(conversation: Conversation): number {
    return conversation.silentAt(this.#calls.waitingSince(), this.#calls.bytesUnderWay());
  }

  #timeout(ms: number): AbortSignal {
    const abort = new AbortController();
    const late = new ProtocolError('busy', 'too late');
    void pause(this.#options.clock, ms, this.#closing.signal).then(() => abort.abort(late));
    return abort.signal;
  }

  #setStatus(status: Status): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
  }
}
