/** One carrier in use: what is expected of it now, when it was last heard, and how it ended. */
import { LIMITS } from '@polynya/protocol/limits';
import type { Carrier } from '../carriers/carrier.ts';
import type { Clock } from '../clock.ts';
import type { Way } from './line.ts';

/** Silence after which a carrier that owes answers is asked, and dead, in ms; bytes per ms of the slowest line. */
const DOUBT = 1_000;
const SILENCE = 15_000;
const SLOWEST = 4;
/** A carrier opens with so many bytes there and back: a line that opened it quickly brings more of them quickly. */
const OPENING = 2_500;
/** A line on which a carrier opens slowly is slow in all: it is in doubt after so many times what that took. */
const SLOW = 3;
/** What no connection brings that freezes as was seen in the field: so many packets, or so many bytes. */
const UNFROZEN = { packets: 64, bytes: 65_536 };
/** Envelopes that come so long one after the other came in packets of their own, in ms. */
const APART = 10;

/** What became of a carrier: it stays but the session is gone, or it is dead. */
export type Turn = 'renew' | 'dead';

export class Conversation {
  readonly carrier: Carrier;
  readonly way: Way;
  readonly startedAt: number;
  /** The handle under which we speak here, once there is a session. */
  handle: Uint8Array | null = null;
  /** When an envelope of the server's was last heard here, in ms since 1970. */
  heardAt: number;
  /** Whether anything of the server's was ever heard here. */
  heard = false;
  /** Whether there was ever a session on it. */
  entered = false;
  /** Whether it was given up because answers that it owed did not come. */
  silent = false;
  /** What was done about its silence since it was heard last: it was asked, or others were tried beside it. */
  doubt: 'none' | 'asked' | 'tried-others' = 'none';
  /** When something was last said on it by anybody, in ms since 1970: more may follow soon. */
  stirredAt: number;
  onStir: () => void = () => undefined;
  /** Whether its end says nothing against the carrier, so that the next may be tried at once. */
  excused = false;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  /** What it brought, at the least. */
  readonly #come = { packets: 0, bytes: 0, at: 0 };
  /** How often it was asked in vain, the server having been slow and nothing else. */
  #slow = 0;
  #expected: ((envelope: Uint8Array) => Promise<boolean>) | null = null;
  #turn: (turn: Turn) => void = () => undefined;

  /** `receive` gets, in order, every envelope that nothing else expected. */
  constructor(
    carrier: Carrier,
    way: Way,
    clock: Clock,
    receive: (envelope: Uint8Array) => Promise<void>,
  ) {
    this.carrier = carrier;
    this.way = way;
    this.#clock = clock;
    this.startedAt = clock.now();
    this.heardAt = this.startedAt;
    this.stirredAt = this.startedAt;
    let last = Promise.resolve();
    carrier.onEnvelope = (envelope) => {
      this.#note(envelope);
      last = last
        .then(async () => {
          if (!(await this.#expected?.(envelope))) await receive(envelope);
        })
        .catch((error: unknown) => {
          // A bug, here or in a listener: begin anew rather than go deaf, and let it be seen.
          this.end();
          queueMicrotask(() => {
            throw error;
          });
        });
    };
    carrier.onClose = () => this.end();
  }

  get ended(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Aborts when the carrier dies or is given up. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether it has brought more than a connection that freezes does. */
  get unfrozen(): boolean {
    return this.#come.packets >= UNFROZEN.packets || this.#come.bytes >= UNFROZEN.bytes;
  }

  #note({ length }: Uint8Array): void {
    const now = this.#clock.now();
    if (Math.abs(now - this.#come.at) >= APART) this.#come.packets++;
    this.#come.at = now;
    this.#come.bytes += length;
  }

  /**
   * When the carrier will have been silent for too long, in ms since 1970.
   * @param since from when on an answer has been owed
   * @param bytes of what is under way there and back
   */
  silentAt(since: number, bytes: number): number {
    if (this.carrier.sure) return Number.POSITIVE_INFINITY;
    const most = Math.min(bytes, LIMITS.piece);
    const large = Math.min(most / SLOWEST, (most / OPENING) * this.way.took);
    const patience = Math.max(DOUBT * 2 ** this.#slow, SLOW * this.way.took);
    const doubt = Math.min(SILENCE, patience);
    const waits = { none: doubt, asked: 1.5 * doubt, 'tried-others': Math.max(SILENCE, 2 * doubt) };
    return Math.max(since, this.heardAt) + waits[this.doubt] + large;
  }

  stir(): void {
    this.stirredAt = this.#clock.now();
    this.onStir();
  }

  noteHeard(): void {
    if (this.doubt !== 'none') this.#slow++;
    this.doubt = 'none';
    this.heard = true;
    this.heardAt = this.#clock.now();
  }

  /** Sends `envelope` and waits for the one that `open` makes something of; null after `ms`, or when the carrier dies. */
  exchange<T>(
    envelope: Uint8Array,
    open: (envelope: Uint8Array) => Promise<T | null>,
    ms: number,
  ): Promise<T | null> {
    return new Promise((resolve) => {
      const done = (value: T | null): void => {
        cancel();
        this.#expected = null;
        this.signal.removeEventListener('abort', died);
        resolve(value);
      };
      const died = (): void => done(null);
      const cancel = this.#clock.setTimeout(died, ms);
      if (this.ended) return done(null);
      this.signal.addEventListener('abort', died);
      this.#expected = async (arrived) => {
        const value = await open(arrived);
        if (value === null) return false;
        this.noteHeard();
        done(value);
        return true;
      };
      this.carrier.send(envelope);
    });
  }

  /** Resolves when the session must be made anew, or the carrier is dead. */
  nextTurn(): Promise<Turn> {
    return new Promise((resolve) => {
      if (this.ended) resolve('dead');
      this.#turn = resolve;
    });
  }

  renew(): void {
    this.handle = null;
    this.#turn('renew');
  }

  /** The carrier is dead or given up. */
  end(): void {
    if (this.ended) return;
    this.handle = null;
    this.carrier.close();
    this.#abort.abort();
    this.#turn('dead');
  }
}
