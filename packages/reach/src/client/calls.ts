/**
 * Requests that wait for their answers: gathered into envelopes, asked again when nothing is heard,
 * held back when the server says so. Knows sessions only as numbers, and no carrier.
 */
import { OVERHEAD } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { errorName, ProtocolError } from '@polynya/protocol/protocol-error';
import {
  type Call,
  call as callCodec,
  type Item,
  type Op,
  type Request,
  type Result,
  results,
} from '@polynya/protocol/requests';
import type { Manner } from '../carriers/carrier.ts';
import { type Clock, fraction, type Random } from '../clock.ts';
import { measure, room } from '../seal/packing.ts';
import { RoundTrip } from './round-trip.ts';

/** Calls and bytes of calls that may be under way at a time. */
const WINDOW = { calls: 128, bytes: 524_288 };
/** Ms to wait after a retriable refusal that names no time. */
const PAUSE = 1_000;
/** What a connection asks by itself, and nobody waits to have sent. */
export const BACKGROUND: readonly Op[] = [
  'open',
  'watch',
  'unwatch',
  'read',
  'linger',
  'handles',
  'meet',
  'follow',
];
/** An envelope with less room than this goes empty where a call does not fit. */
const LEAST = 2_048;
/** The longest request: it must fit in an envelope behind an `open`. */
const LARGEST = room(OVERHEAD.up) - 128;

/** A log as the calls on it see it: its number in the session, and the call that gives it one. */
export interface Numbered {
  /** The log's number in this session; a new one if it has none. */
  numberIn(session: number): number;
  /** What must go ahead of a call on the log, until the server has confirmed it. */
  opening(session: number): PendingCall | null;
  /** The server does not know the number. */
  unopened(session: number): void;
}

export interface CallOptions {
  /** Ends the waiting, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long, in all, to wait out refusals that may pass (`rate`, `busy`, `full`), in ms. Default 60,000. */
  readonly patience?: number;
}

export interface PendingCall {
  readonly id: number;
  readonly op: Op;
  readonly log: Numbered | null;
  readonly build: (n: number) => Request;
  readonly size: number;
  readonly patience: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The log's number when it was sent last. */
  n: number;
  /** Ms since 1970; 0 while it is not under way. */
  sentAt: number;
  /** When to ask (again). */
  dueAt: number;
  attempts: number;
  refusals: number;
  firstRefusedAt: number;
}

export class Calls {
  readonly roundTrip = new RoundTrip();
  /** Whether what is sent is sure to be answered as long as the carrier lives: it is not asked again. */
  sure = false;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 1;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Whether something waits that somebody wants to have sent. */
  get urgent(): boolean {
    return [...this.#pending.values()].some(({ op }) => !BACKGROUND.includes(op));
  }

  /** Adds a request; `added` gets it at once, the promise its answer. */
  add<O extends Op>(
    op: O,
    log: Numbered | null,
    build: (n: number) => Extract<Request, { op: O }>,
    options: CallOptions & { readonly added?: (call: PendingCall) => void } = {},
  ): Promise<Result<O>> {
    const { signal, patience = 60_000, added } = options;
    return new Promise<Result<O>>((resolve, reject) => {
      signal?.throwIfAborted();
      const id = this.#nextId++;
      const size = measure(callCodec.encode({ id, request: build(0xffff_ffff) }));
      if (size > LARGEST) throw new ProtocolError('too-big', 'request longer than an envelope');
      const abort = (): void => {
        this.#pending.delete(id);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      const settled =
        <T>(tell: (value: T) => void) =>
        (value: T): void => {
          signal?.removeEventListener('abort', abort);
          tell(value);
        };
      const call: PendingCall = {
        id,
        op,
        log,
        build,
        size,
        patience,
        resolve: settled((value: unknown) => resolve(value as Result<O>)),
        reject: settled(reject),
        n: 0,
        sentAt: 0,
        dueAt: 0,
        attempts: 0,
        refusals: 0,
        firstRefusedAt: 0,
      };
      this.#pending.set(id, call);
      added?.(call);
    });
  }

  /** The calls of the next envelope with `space` bytes for them, noted as sent now; empty when none is due. */
  take(session: number, space: number): Call[] {
    const now = this.#clock.now();
    const chosen = new Map<number, PendingCall>();
    let used = 0;
    let { calls: underWay, bytes } = this.#underWay(now);
    for (const call of this.#pending.values()) {
      if (call.dueAt > now || chosen.has(call.id)) continue;
      if (call.op === 'linger') {
        // Its answer is held back, and would hold back those of others.
        if (chosen.size > 0) continue;
        return [this.#send(call, session, now, bytes)];
      }
      const opening = call.log?.opening(session) ?? null;
      const ahead = opening && opening !== call && !chosen.has(opening.id) ? opening : null;
      const size = call.size + (ahead?.size ?? 0);
      const count = chosen.size + (ahead ? 2 : 1);
      if ((chosen.size > 0 || space < LEAST) && (used + size > space || count > LIMITS.items))
        break;
      if (underWay > 0 && (underWay >= WINDOW.calls || bytes + size > WINDOW.bytes)) break;
      if (ahead) chosen.set(ahead.id, ahead);
      chosen.set(call.id, call);
      used += size;
      underWay++;
      bytes += size;
    }
    return [...chosen.values()].map((call) => this.#send(call, session, now, bytes));
  }

  /** Takes an answer or refusal to the call it belongs to, if that still waits. */
  settle(item: Extract<Item, { item: 'answer' | 'refusal' }>, session: number): void {
    const call = this.#pending.get(item.id);
    if (!call || (call.sentAt === 0 && item.item === 'refusal')) return;
    const now = this.#clock.now();
    if (call.attempts === 1 && call.sentAt > 0 && call.op !== 'linger')
      this.roundTrip.measured(now - call.sentAt);
    if (item.item === 'refusal') {
      this.#refused(
        call,
        new ProtocolError(errorName(item.code), item.note, item.retryAfter),
        session,
      );
      return;
    }
    this.#pending.delete(call.id);
    try {
      call.resolve(results[call.op].decode(item.value));
    } catch (error) {
      call.reject(error);
    }
  }

  /** Rejects all calls, or those on one log. */
  rejectAll(error: ProtocolError, log?: Numbered): void {
    for (const call of [...this.#pending.values()]) {
      if (log && call.log !== log) continue;
      this.#pending.delete(call.id);
      call.reject(error);
    }
  }

  /** Nothing that was sent counts as under way any more: the carrier or session is another. */
  resend(): void {
    for (const call of [...this.#pending.values()]) {
      if (call.sentAt === 0) continue;
      if (call.op === 'linger') {
        // It belonged to the carrier.
        this.#pending.delete(call.id);
        call.reject(new ProtocolError('busy', 'the carrier is another'));
      }
      call.sentAt = 0;
      call.dueAt = 0;
      call.attempts = 0;
    }
  }

  /** When the next call is to be sent (again), in ms since 1970; Infinity if none waits for that. */
  nextDue(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#pending.values()) next = Math.min(next, dueAt);
    return next;
  }

  /** Bytes of calls under way, and of the largest answer that they may have. */
  bytesUnderWay(): number {
    const gets = [...this.#pending.values()].some(({ op, sentAt }) => op === 'get' && sentAt > 0);
    return this.#underWay(this.#clock.now()).bytes + (gets ? LIMITS.piece : 0);
  }

  /** Since when the eldest call under way is unanswered, lingering ones aside; Infinity if there is none. */
  waitingSince(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const { sentAt, op } of this.#pending.values()) {
      if (sentAt > 0 && op !== 'linger') since = Math.min(since, sentAt);
    }
    return since;
  }

  #underWay(now: number): { calls: number; bytes: number } {
    let calls = 0;
    let bytes = 0;
    for (const { sentAt, dueAt, size, op } of this.#pending.values()) {
      if (sentAt === 0 || dueAt <= now || op === 'linger') continue;
      calls++;
      bytes += size;
    }
    return { calls, bytes };
  }

  #send(call: PendingCall, session: number, now: number, bytes: number): Call {
    call.n = call.log?.numberIn(session) ?? 0;
    call.attempts++;
    call.sentAt ||= now;
    const request = call.build(call.n);
    const held = request.op === 'linger' ? request.ms : 0;
    const jitter = 1 + fraction(this.#random) / 4;
    const wait = held + this.roundTrip.timeout(call.attempts, bytes) * jitter;
    call.dueAt = this.sure ? Number.POSITIVE_INFINITY : now + wait;
    return { id: call.id, request };
  }

  #refused(call: PendingCall, error: ProtocolError, session: number): void {
    const now = this.#clock.now();
    const renumbered =
      call.log !== null && call.op !== 'open' && call.log.numberIn(session) !== call.n;
    const again = call.log !== null && (error.code === 'unopened' || renumbered);
    const lost = !again && error.code === 'unopened';
    if (!again && (lost || !error.retriable || this.#impatient(call, error, now))) {
      this.#pending.delete(call.id);
      call.reject(error);
      return;
    }
    if (error.code === 'unopened' && !renumbered) call.log?.unopened(session);
    call.refusals++;
    call.firstRefusedAt ||= now;
    call.sentAt = 0;
    call.attempts = 0;
    // The first `unopened` is answered at once; a server that keeps saying so is not asked in a loop.
    const pause = again && call.refusals === 1 ? 0 : Math.max(error.retryAfter, PAUSE);
    call.dueAt = pause === 0 ? 0 : now + pause * (1 + fraction(this.#random) / 4);
  }

  #impatient(call: PendingCall, error: ProtocolError, now: number): boolean {
    const waited = call.firstRefusedAt === 0 ? 0 : now - call.firstRefusedAt;
    return waited + Math.max(error.retryAfter, PAUSE) > call.patience;
  }
}

/** What an envelope with such calls is for. */
export function mannerOf(calls: readonly Call[]): Manner {
  if (calls[0]?.request.op === 'linger') return 'lingers';
  return calls.every(({ request: { op } }) => BACKGROUND.includes(op)) ? 'asked' : 'said';
}
