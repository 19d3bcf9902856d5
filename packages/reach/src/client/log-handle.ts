/**
 * A log as the client uses it: opened anew by itself in each session, watched again after each change
 * of carrier, with the secret of whatever epoch it is told.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type {
  LogItem,
  LogState,
  NewEntry,
  Op,
  Request,
  Result,
  Turn,
} from '@polynya/protocol/requests';
import type { CallOptions, Numbered, PendingCall } from './calls.ts';
import { LogFeed, type LogListener } from './log-feed.ts';
import { OwnBodies } from './own-bodies.ts';

/** How long a signal is worth sending, in ms. */
const SIGNAL_LIFE = 10_000;

/** What a handle needs of its connection. */
export interface LogHost {
  request<O extends Op>(
    op: O,
    log: Numbered | null,
    build: (n: number) => Extract<Request, { op: O }>,
    options?: CallOptions & { readonly added?: (call: PendingCall) => void },
  ): Promise<Result<O>>;
  /** A number that no log of this connection has had. */
  nextNumber(): number;
  rejectLog(log: Numbered, error: ProtocolError): void;
  timeout(ms: number): AbortSignal;
  closed(log: LogHandle): void;
}

interface Opening {
  readonly call: PendingCall;
  readonly state: Promise<LogState>;
  readonly abort: AbortController;
}

export class LogHandle implements Numbered {
  readonly id: Uint8Array;
  readonly #host: LogHost;
  readonly #feeds = new Set<LogFeed>();
  readonly #own = new OwnBodies();
  #secret: Uint8Array;
  #session = -1;
  #n = 0;
  #opened = false;
  #opening: Opening | null = null;
  #watching = false;
  #closed = false;

  /** Made by `Connection.log`. */
  constructor(id: Uint8Array, secret: Uint8Array, host: LogHost) {
    this.id = id;
    this.#secret = secret;
    this.#host = host;
  }

  /** The log's state now. */
  async state(): Promise<LogState> {
    for (;;) {
      const opening = this.#opening ?? this.#open();
      try {
        return await opening.state;
      } catch (error) {
        // Aborted by a new secret: the question is then meant for that.
        if (!opening.abort.signal.aborted || this.#closed) throw error;
      }
    }
  }

  /** Asks something about this log, which is opened first where it is not. */
  ask<O extends Op>(
    op: O,
    build: (n: number) => Extract<Request, { op: O }>,
    options?: CallOptions,
  ): Promise<Result<O>> {
    if (this.#closed)
      return Promise.reject(new ProtocolError('forbidden', 'the log was closed here'));
    return this.#host.request(op, this, build, options);
  }

  append(entries: readonly NewEntry[], options?: CallOptions): Promise<Result<'append'>> {
    if (this.watched) this.#own.keep(entries);
    return this.ask('append', (n) => ({ op: 'append', n, entries: [...entries] }), options);
  }

  commit(entry: NewEntry, turn: Turn, options?: CallOptions): Promise<Result<'commit'>> {
    if (this.watched) this.#own.keep([entry]);
    return this.ask('commit', (n) => ({ op: 'commit', n, entry, turn }), options);
  }

  /** Entries from `from` on, at most `bytes` of bodies, one at least if there is one. */
  read(from: number, bytes: number, options?: CallOptions): Promise<Result<'read'>> {
    return this.ask('read', (n) => ({ op: 'read', n, from, bytes }), options);
  }

  /** Hands `body` to whoever watches, if that is possible within 10 s. */
  signal(body: Uint8Array): Promise<Result<'signal'>> {
    const signal = this.#host.timeout(SIGNAL_LIFE);
    return this.ask('signal', (n) => ({ op: 'signal', n, body }), { signal });
  }

  allow(hash: Uint8Array, perHour: number, options?: CallOptions): Promise<Result<'allow'>> {
    return this.ask('allow', (n) => ({ op: 'allow', n, hash, perHour }), options);
  }

  revoke(hash: Uint8Array, options?: CallOptions): Promise<Result<'revoke'>> {
    return this.ask('revoke', (n) => ({ op: 'revoke', n, hash }), options);
  }

  stock(
    hash: Uint8Array,
    packages: readonly Uint8Array[],
    last: Uint8Array | null = null,
    options?: CallOptions,
  ): Promise<Result<'stock'>> {
    return this.ask(
      'stock',
      (n) => ({ op: 'stock', n, hash, packages: [...packages], last }),
      options,
    );
  }

  take(id: Uint8Array, options?: CallOptions): Promise<Result<'take'>> {
    return this.ask('take', (n) => ({ op: 'take', n, id }), options);
  }

  /** Gives `listener` the log's entries from seq `from` on, and its signals, until what is returned is called. */
  watch(listener: LogListener, from: number): () => void {
    const feed = new LogFeed(listener, from, (next, bytes) => this.read(next, bytes));
    this.#feeds.add(feed);
    this.rewatch();
    return () => {
      feed.close();
      if (this.#feeds.delete(feed) && this.#feeds.size === 0) this.#unwatch();
    };
  }

  /** The secret of a new epoch. What is refused under the old one is asked again under this. */
  setSecret(secret: Uint8Array): void {
    this.#opening?.abort.abort();
    this.#opening = null;
    this.#secret = secret;
    if (this.#feeds.size > 0) this.#unwatch();
    this.#session = -1;
    this.#watching = false;
    if (this.#feeds.size > 0) this.rewatch();
  }

  /** Ends watches and calls. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const feed of this.#feeds) feed.close();
    if (this.#feeds.size > 0) this.#unwatch();
    this.#feeds.clear();
    this.#opening?.abort.abort();
    this.#host.rejectLog(this, new ProtocolError('forbidden', 'the log was closed here'));
    this.#host.closed(this);
  }

  // From here on: for `Connection` and `Calls`.

  get watched(): boolean {
    return this.#feeds.size > 0;
  }

  get number(): number {
    return this.#n;
  }

  /** Asks to be pushed what is appended, and learns where the head is; the heartbeat too. */
  rewatch(): void {
    if (this.#watching || this.#feeds.size === 0) return;
    this.#watching = true;
    const secret = this.#secret;
    this.ask('watch', (n) => ({ op: 'watch', n }))
      .then(
        ({ head }) => {
          for (const feed of this.#feeds) feed.watched(head);
        },
        (error: unknown) => this.#watchRefused(error, secret),
      )
      .finally(() => {
        if (secret === this.#secret) this.#watching = false;
      });
  }

  receive(item: LogItem): void {
    const entries = item.item === 'push' ? this.#own.fill(item.entries) : [];
    for (const feed of this.#feeds) {
      if (entries.length > 0) feed.push(entries);
      // What is pushed without its body and is not ours is read.
      if (item.item === 'push') feed.headIs(item.entries.at(-1)?.seq ?? 0);
      else if (item.item === 'nudge') feed.headIs(item.head);
      else feed.signal(item.body);
    }
  }

  numberIn(session: number): number {
    if (session !== this.#session) {
      this.#session = session;
      this.#n = this.#host.nextNumber();
      this.#opened = false;
    }
    return this.#n;
  }

  opening(session: number): PendingCall | null {
    this.numberIn(session);
    if (this.#opened) return null;
    const opening = this.#opening ?? this.#open();
    return opening.call;
  }

  unopened(session: number): void {
    if (session === this.#session) this.#opened = false;
  }

  #open(): Opening {
    const abort = new AbortController();
    const secret = this.#secret;
    let call: PendingCall | undefined;
    const state = this.#host.request(
      'open',
      this,
      (n) => ({ op: 'open', n, log: this.id, secret }),
      {
        signal: abort.signal,
        added: (added) => {
          call = added;
        },
      },
    );
    if (!call) throw new Error('the call was not added');
    const opening = { call, state, abort };
    this.#opening = opening;
    state.then(
      () => {
        if (this.#opening !== opening) return;
        this.#opening = null;
        this.#opened = true;
      },
      (error: unknown) => {
        if (this.#opening !== opening) return;
        this.#opening = null;
        if (error instanceof ProtocolError) this.#host.rejectLog(this, error);
      },
    );
    return opening;
  }

  #watchRefused(error: unknown, secret: Uint8Array): void {
    if (!(error instanceof ProtocolError) || secret !== this.#secret || this.#closed) return;
    for (const feed of this.#feeds) feed.refused(error);
    // Closed to this secret, but perhaps not yet read to the end: the Commit that closed it among that.
    if (error.code === 'forbidden') {
      for (const feed of this.#feeds) feed.headIs(Number.MAX_SAFE_INTEGER);
    }
  }

  #unwatch(): void {
    const n = this.#n;
    if (n === 0) return;
    this.#host
      .request('unwatch', null, () => ({ op: 'unwatch', n }))
      .catch(() => {
        // Nothing depends on it: the session may be another by now, in which this number means nothing.
      });
  }
}
