/**
 * The logs that one session has open, by the numbers that its client gave them, and what holds of each log under
 * whatever number. There are as many of these as sessions and logs: what most of them never need is made when asked for.
 */
import { keyOf } from '@polynya/reach/key-of';
import type { SessionPort } from '@polynya/reach/server/session-handler';
import { TokenBucket } from '../limits/token-bucket.ts';
import type { Shared } from './delivery.ts';
import type { Access } from './log-rules.ts';
import type { Watcher } from './watchers.ts';

/** Logs that a session is remembered to have opened before it is looked which of them it may forget (count). */
const MANY = 64;

/** What a session has of one log. */
export class OwnLog {
  readonly log: Uint8Array;
  readonly key: string;
  /** The one watch that the session has of it. */
  watch: Opened | undefined;
  /** As a member opened it in the latest epoch. */
  latest: Opened | undefined;
  #entries: TokenBucket | undefined;
  #signals: TokenBucket | undefined;

  constructor(log: Uint8Array, key: string) {
    this.log = log;
    this.key = key;
  }

  /** Of this session: opening the log again does not fill it. */
  entries({ config, now }: Pick<Shared, 'config' | 'now'>): TokenBucket {
    this.#entries ??= new TokenBucket(config.rates.entries, now);
    return this.#entries;
  }

  signals({ config, now }: Pick<Shared, 'config' | 'now'>): TokenBucket {
    this.#signals ??= new TokenBucket(config.rates.signals, now);
    return this.#signals;
  }

  /** Whether nothing would be lost if it were forgotten. */
  get spent(): boolean {
    return (this.#entries?.full ?? true) && (this.#signals?.full ?? true);
  }
}

/** A log under one number. */
export class Opened implements Watcher {
  readonly port: SessionPort;
  readonly n: number;
  readonly of: OwnLog;
  /** What opened it, in letters of a byte each, which weigh less. */
  readonly secret: string;
  readonly access: Access;
  own: readonly Uint8Array[] | undefined;
  place = -1;
  allowed = false;

  constructor(port: SessionPort, n: number, of: OwnLog, secret: string, access: Access) {
    this.port = port;
    this.n = n;
    this.of = of;
    this.secret = secret;
    this.access = access;
  }

  get log(): Uint8Array {
    return this.of.log;
  }

  get key(): string {
    return this.of.key;
  }
}

export class OpenLogs {
  readonly #byNumber = new Map<number, Opened | Promise<Opened>>();
  readonly #byLog = new Map<string, OwnLog>();
  #sweepAt = MANY;

  /** Numbers in use (count). */
  get size(): number {
    return this.#byNumber.size;
  }

  /** What a number names, or will name. */
  get(n: number): Opened | Promise<Opened> | undefined {
    return this.#byNumber.get(n);
  }

  /** What a number names, if its `open` is answered. */
  ready(n: number): Opened | undefined {
    const found = this.#byNumber.get(n);
    return found instanceof Opened ? found : undefined;
  }

  /** From now on the number names what comes of `opening`, or nothing if that is refused. */
  set(n: number, opening: Promise<Opened>): void {
    this.#byNumber.set(n, opening);
    opening.then(
      (opened) => {
        if (this.#byNumber.get(n) === opening) this.#byNumber.set(n, opened);
      },
      () => {
        if (this.#byNumber.get(n) === opening) this.#byNumber.delete(n);
      },
    );
  }

  /** What the session has of a log, whether it has it open or not. */
  of(log: Uint8Array): OwnLog {
    const key = keyOf(log);
    const known = this.#byLog.get(key);
    if (known) return known;
    if (this.#byLog.size >= this.#sweepAt) this.#sweep();
    const own = new OwnLog(log, key);
    this.#byLog.set(key, own);
    return own;
  }

  /** Lets go of all numbers and hands over what they named. */
  clear(): (Opened | Promise<Opened>)[] {
    const all = [...this.#byNumber.values()];
    this.#byNumber.clear();
    return all;
  }

  #sweep(): void {
    const open = new Set<OwnLog>();
    for (const one of this.#byNumber.values()) if (one instanceof Opened) open.add(one.of);
    for (const [key, own] of this.#byLog) {
      if (own.spent && !open.has(own)) this.#byLog.delete(key);
    }
    this.#sweepAt = Math.max(MANY, 2 * this.#byLog.size);
  }
}
