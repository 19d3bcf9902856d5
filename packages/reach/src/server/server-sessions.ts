/**
 * All sessions of one server process: tells record requests, first flights, known and lost handles
 * apart (docs/protocol.md sections 2 and 3), and bounds how many there are and how long they live.
 */
import { generateKeyPairSync } from 'node:crypto';
import { concat, equal } from '@polynya/protocol/bytes';
import {
  ENC,
  HANDLE,
  RECORD_NONCE,
  recordAnswerTag,
  recordRequestHandle,
  unpad,
} from '@polynya/protocol/envelope';
import { LIMITS, PROTOCOL_VERSION } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Handle, receivedFlight } from '@polynya/protocol/requests';
import type { Random } from '../clock.ts';
import { keyOf } from '../key-of.ts';
import { EnvelopeSealer } from '../seal/envelope-sealer.ts';
import { Handles } from '../seal/handles.ts';
import { rawX25519, x25519 } from '../seal/hpke-recipient.ts';
import { ItemEncoder } from '../seal/item-encoder.ts';
import { type ServerKey, ServerKeys } from '../seal/server-keys.ts';
import { flightInfo, SESSION_SECRET, sessionKeys } from '../seal/session-keys.ts';
import type { SteadyClock } from '../steady-clock.ts';
import { ServerSession, type SessionLimits, type SessionsShared } from './server-session.ts';
import type { SessionHandler } from './session-handler.ts';
import type { Sink } from './sink.ts';
import { TurnEnds } from './turn-ends.ts';

const DAY = 24 * 3_600_000;
const SWEEP = 30_000;
const HEARD = 1_000;

export interface ServerSessionsLimits extends SessionLimits {
  /** Sessions at a time; one more displaces the one unheard for longest, if it has no connection (count). */
  readonly sessions: number;
  /** A session that has no connection and is not heard for so long ends, in ms. */
  readonly idle: number;
  /** Handles that one session is given in its life; with none left its client begins another (count). */
  readonly handles: number;
  /** First flights that are remembered for one key (count). */
  readonly flights: number;
}

export const DEFAULT_SESSION_LIMITS: ServerSessionsLimits = {
  sessions: 50_000,
  idle: 10 * 60_000,
  handles: 128,
  flights: 200_000,
  calls: 256,
  pushBytes: 262_144,
  sinkBacklog: 1_048_576,
};

export interface ServerSessionsOptions {
  /** The Ed25519 seed of the server's identity, 32 bytes. */
  readonly identity: Uint8Array;
  /** 32 secret bytes that outlive restarts, so that a lost session can be told as such. */
  readonly handleKey: Uint8Array;
  /** The serial of the last access record of this identity, 0 if there was none. */
  readonly lastSerial: number;
  /**
   * Keeps the serial of a new record for the next start. Where it throws, `start` rejects; later the error
   * is reported, and the record is shown all the same.
   */
  readonly saveSerial: (serial: number) => void;
  /** The number of this process among those of the server, below 65,536; it is hidden in handles. */
  readonly process?: number;
  /** Hears which record keys are good, by their ids, and the serial of the record that has them. */
  readonly shown?: (keyIds: readonly Uint8Array[], serial: number) => void;
  readonly endpoints: readonly string[];
  /** Endpoints that are not for everybody; with those for everybody, at most 16 for each shelf. */
  readonly shelves?: readonly (readonly string[])[];
  /** The build of the page that this server serves; '' for none. */
  readonly build: string;
  readonly clock: SteadyClock;
  readonly random: Random;
  readonly handler: SessionHandler;
  readonly limits?: Partial<ServerSessionsLimits>;
  /** Hears of errors that are bugs; never of what a client sent. */
  readonly report?: (error: unknown) => void;
}

export class ServerSessions {
  readonly #options: ServerSessionsOptions;
  readonly #limits: ServerSessionsLimits;
  readonly #keys: ServerKeys;
  readonly #handles: Handles;
  readonly #shared: SessionsShared;
  readonly #byHandle = new Map<string, ServerSession>();
  /** The one heard last at the end. */
  readonly #sessions = new Set<ServerSession>();
  #timers: (() => void)[] = [];
  #recordRequest: Uint8Array = new Uint8Array(0);

  constructor(options: ServerSessionsOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_SESSION_LIMITS, ...options.limits };
    this.#handles = new Handles(options.handleKey, options.random, options.process);
    const { build, handler, report = () => undefined } = options;
    this.#shared = {
      ...{ build, handler, report, clock: options.clock, limits: this.#limits },
      sealer: new EnvelopeSealer(options.random),
      encoder: new ItemEncoder(),
      turnEnds: new TurnEnds(),
      issue: (session, count) => this.#issue(session, count),
      bye: (session) => this.#end(session),
    };
    const { identity: seed, endpoints, shelves = [], clock, lastSerial, saveSerial } = options;
    const { flights } = this.#limits;
    const records = { seed, endpoints, shelves, lastSerial, saveSerial };
    const { shown } = options;
    this.#keys = new ServerKeys({ ...records, clock, flights, ...(shown && { shown }) });
  }

  /** Makes the first key and starts the timers that renew keys and end sessions. Call once, before `receive`. */
  async start(): Promise<void> {
    await this.#keys.rotate();
    this.#recordRequest = recordRequestHandle(this.identity());
    this.#every(DAY, () => this.#rotate());
    this.#every(SWEEP, () => this.#sweep());
  }

  /** Ends all sessions. Their handles are answered by resets from then on. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    for (const session of [...this.#sessions]) this.#end(session);
  }

  /** The server's Ed25519 public key. */
  identity(): Uint8Array {
    return this.#keys.identity;
  }

  /** The access record as it travels, signed. */
  record(): Uint8Array {
    return this.#keys.record;
  }

  /** The record of endpoints of a shelf, if it is one above `serial`. */
  shelf(index: number, serial: number): Uint8Array | undefined {
    return serial < this.#keys.serial ? this.#keys.shelf(index) : undefined;
  }

  /** Sessions that are alive (count). */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Takes one envelope from a connection. Resolves when all it asked for was handed to `sink`. 'unknown'
   * for whatever is not for this server, was changed on its way, is a first flight seen before, or is of
   * one session more than a connection serves: it changed nothing, and the carrier answers as if no such
   * server were here.
   */
  receive(envelope: Uint8Array, sink: Sink): Promise<void> | 'unknown' {
    if (envelope.length < LIMITS.envelopeFloor || envelope.length > LIMITS.envelope)
      return 'unknown';
    const prefix = envelope.subarray(0, HANDLE);
    const session = this.#byHandle.get(keyOf(prefix));
    if (session) {
      if (!sink.takes(session)) return 'unknown';
      const outcome = session.receive(envelope, sink);
      if (outcome !== 'unknown') this.#heard(session);
      return outcome;
    }
    if (equal(prefix, this.#recordRequest)) return this.#answerRecordRequest(envelope, sink);
    const key = this.#keys.find(prefix);
    if (key) return this.#begin(key, envelope, sink);
    if (!this.#handles.issued(prefix)) return 'unknown';
    const fill = this.#options.random(LIMITS.envelopeFloor - HANDLE);
    sink.send(concat(this.#handles.token(prefix), fill));
    return Promise.resolve();
  }

  /** Whether these 16 bytes are a handle of this server, if perhaps of a session that is gone. */
  issued(handle: Uint8Array): boolean {
    return this.#byHandle.has(keyOf(handle)) || this.#handles.issued(handle);
  }

  /** The process of this server that issued a handle; undefined for bytes that none did. */
  issuer(handle: Uint8Array): number | undefined {
    return this.#handles.issued(handle) ? this.#handles.issuer(handle) : undefined;
  }

  /** The shelves are these from now on. */
  place(shelves: readonly (readonly string[])[]): Promise<void> {
    return this.#keys.place(shelves);
  }

  /** Shows records of this serial, if theirs is lower: another process of this server does. */
  raise(serial: number): Promise<void> {
    return this.#keys.raise(serial);
  }

  /** The order of who was heard last is right to within `HEARD`: putting it right costs as much as an answer. */
  #heard(session: ServerSession): void {
    const { heard, placed } = session;
    if (heard - placed < HEARD || !this.#sessions.delete(session)) return;
    session.placed = heard;
    this.#sessions.add(session);
  }

  #answerRecordRequest(envelope: Uint8Array, sink: Sink): Promise<void> {
    const nonce = envelope.subarray(HANDLE, HANDLE + RECORD_NONCE);
    sink.send(concat(recordAnswerTag(this.identity(), nonce), this.record()));
    return Promise.resolve();
  }

  #begin(key: ServerKey, envelope: Uint8Array, sink: Sink): Promise<void> | 'unknown' {
    if (!sink.takes()) return 'unknown';
    const enc = envelope.subarray(HANDLE, HANDLE + ENC);
    const { keyId } = key.recipient;
    const info = flightInfo(this.identity());
    const opened = key.recipient.open(enc, envelope.subarray(HANDLE + ENC), info, keyId);
    const flight = opened && decodeFlight(opened.plaintext);
    if (!flight) return 'unknown';
    const pair = generateKeyPairSync('x25519');
    const shared = x25519(pair.privateKey, flight.share);
    // A flight that was seen before must not cost another client its session.
    if (!shared || !this.#keys.take(key, enc) || !this.#makeRoom()) return 'unknown';
    if (this.#keys.crowded) this.#rotate();
    const hs = opened.export(SESSION_SECRET.label, SESSION_SECRET.length);
    const keys = sessionKeys(hs, shared);
    hs.fill(0);
    shared.fill(0);
    const version = flight.versions.includes(PROTOCOL_VERSION) ? PROTOCOL_VERSION : 0;
    const opening = { share: rawX25519(pair.publicKey), keyId, version };
    const session = new ServerSession(this.#shared, keys, opening);
    this.#sessions.add(session);
    const answered = session.begin(flight.calls, sink);
    return version > 0 ? answered : answered.then(() => this.#end(session));
  }

  /** Fewer than `count` when the session was given nearly all that it may have. */
  #issue(session: ServerSession, count: number): Handle[] {
    const left = this.#limits.handles - session.handles.length;
    const issued: Handle[] = [];
    while (issued.length < Math.min(count, left)) {
      const one = this.#handles.issue();
      // 48 random bits may repeat.
      if (this.#byHandle.has(keyOf(one.handle))) continue;
      issued.push(one);
      this.#byHandle.set(keyOf(one.handle), session);
    }
    session.handles = session.handles.concat(issued.map(({ handle }) => keyOf(handle)));
    return issued;
  }

  /** Whether one more session may be: if need be, one that has no connection goes. */
  #makeRoom(): boolean {
    if (this.#sessions.size < this.#limits.sessions) return true;
    for (const session of this.#sessions) {
      if (session.connected) continue;
      this.#end(session);
      return true;
    }
    return false;
  }

  #sweep(): void {
    const now = this.#options.clock.steady();
    for (const session of [...this.#sessions]) {
      const { connected, heard, started } = session;
      const idle = !connected && now - heard >= this.#limits.idle;
      if (idle || now - started >= LIMITS.session) this.#end(session);
    }
  }

  #end(session: ServerSession): void {
    if (!this.#sessions.delete(session)) return;
    for (const handle of session.handles) this.#byHandle.delete(handle);
    session.end();
  }

  #rotate(): void {
    this.#keys.rotate().catch((error: unknown) => this.#options.report?.(error));
  }

  #every(ms: number, run: () => void): void {
    const at = this.#timers.length;
    const arm = (): void => {
      this.#timers[at] = this.#options.clock.setTimeout(() => {
        arm();
        run();
      }, ms);
    };
    arm();
  }
}

function decodeFlight(plaintext: Uint8Array): ReturnType<typeof receivedFlight.decode> | null {
  try {
    return receivedFlight.decode(unpad(plaintext));
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
