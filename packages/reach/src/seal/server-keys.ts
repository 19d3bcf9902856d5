/**
 * The server's X-Wing keys and the access record that carries them (docs/protocol.md section 2): a new
 * key at start and daily, the one before it kept, both in memory only; each first flight taken once.
 */
import { createHash } from 'node:crypto';
import { LIMITS, PROTOCOL_VERSION } from '@polynya/protocol/limits';
import type { SteadyClock } from '../steady-clock.ts';
import { identityOf, importIdentity, signAccessRecord } from './access-record-signing.ts';
import { HpkeRecipient } from './hpke-recipient.ts';

const DAY = 24 * 3_600_000;
/** A key is taken for its own day and the one after. */
const KEY_LIFE = 2 * DAY;
/** The endpoints of a record are worth more than its keys, which a client can ask for again. */
const RECORD_LIFE = 30 * DAY;

export interface ServerKey {
  readonly recipient: HpkeRecipient;
  /** What the record says, in milliseconds since 1970. */
  readonly until: number;
  /** The same by the steady clock: who sets the time of day shuts nobody out. */
  readonly end: number;
  /** SHA-256 of each `enc` that was taken. */
  readonly taken: Set<string>;
}

export interface ServerKeysOptions {
  /** The Ed25519 seed, 32 bytes. */
  readonly seed: Uint8Array;
  readonly endpoints: readonly string[];
  /** Endpoints that are not for everybody, each shelf for some people. */
  readonly shelves: readonly (readonly string[])[];
  readonly clock: SteadyClock;
  /** First flights that are remembered for one key; when it is full a new key is made (count). */
  readonly flights: number;
  /** The serial of the last record of this identity, also of earlier starts. */
  readonly lastSerial: number;
  /** Keeps the serial of a record over restarts, before anyone is shown the record. */
  readonly saveSerial: (serial: number) => void;
  /** Hears which keys are good, by their ids, and the serial of the record that has them. */
  readonly shown?: (keyIds: readonly Uint8Array[], serial: number) => void;
}

export class ServerKeys {
  readonly #options: ServerKeysOptions;
  #signing: CryptoKey | undefined;
  #identity: Uint8Array = new Uint8Array(0);
  #record: Uint8Array = new Uint8Array(0);
  #shelves: Uint8Array[] = [];
  #keys: ServerKey[] = [];
  #serial: number;
  #lists: readonly (readonly string[])[];
  #rotating: Promise<void> | undefined;

  constructor(options: ServerKeysOptions) {
    this.#options = options;
    this.#serial = options.lastSerial;
    this.#lists = options.shelves;
  }

  /** The server's Ed25519 public key; empty before the first `rotate`. */
  get identity(): Uint8Array {
    return this.#identity;
  }

  /** The access record, encoded as it travels; empty before the first `rotate`. */
  get record(): Uint8Array {
    return this.#record;
  }

  /** The serial of all records that are shown. */
  get serial(): number {
    return this.#serial;
  }

  /** The record of endpoints for whoever sees that shelf; undefined if there is no such shelf. */
  shelf(index: number): Uint8Array | undefined {
    return this.#shelves[index];
  }

  /**
   * Makes a new key and records; keeps the key before it and forgets any older one. Rejects with what
   * `saveSerial` throws, but goes on with the new key: without one nobody would reach the server.
   */
  rotate(): Promise<void> {
    this.#rotating ??= this.#rotate().finally(() => {
      this.#rotating = undefined;
    });
    return this.#rotating;
  }

  /**
   * Signs the records anew under `serial` if theirs is lower: another process of this server showed one of
   * that serial, and who saw it takes none below.
   */
  async raise(serial: number): Promise<void> {
    await this.#rotating?.catch(() => undefined);
    if (serial <= this.#serial || !this.#signing) return;
    this.#serial = serial;
    await this.#sign(this.#keys, this.#signing);
    this.#options.saveSerial(serial);
  }

  /** The shelves are these from now on: all records are signed anew, under a higher serial. */
  async place(shelves: readonly (readonly string[])[]): Promise<void> {
    await this.#rotating?.catch(() => undefined);
    this.#lists = shelves;
    await this.raise(this.#nextSerial());
    this.#show();
  }

  #show(): void {
    const ids = this.#keys.map(({ recipient }) => recipient.keyId);
    this.#options.shown?.(ids, this.#serial);
  }

  #nextSerial(): number {
    return Math.max(Math.floor(this.#options.clock.now() / 1_000), this.#serial + 1);
  }

  /** The key that a first flight names, if it is still good. */
  find(keyId: Uint8Array): ServerKey | undefined {
    const now = this.#options.clock.steady();
    return this.#keys.find((key) => key.end > now && same(key.recipient.keyId, keyId));
  }

  /** Notes a first flight that opened. False if it was taken before, or if no more can be remembered. */
  take(key: ServerKey, enc: Uint8Array): boolean {
    const id = createHash('sha256').update(enc).digest('base64');
    if (key.taken.has(id) || key.taken.size >= this.#options.flights) return false;
    key.taken.add(id);
    return true;
  }

  /** Whether the newest key's memory of first flights is nearly full, so that it is time for a new key. */
  get crowded(): boolean {
    const newest = this.#keys[0];
    return newest !== undefined && newest.taken.size >= this.#options.flights * 0.8;
  }

  async #rotate(): Promise<void> {
    const { clock, saveSerial, seed } = this.#options;
    this.#signing ??= await importIdentity(seed);
    this.#identity = await identityOf(this.#signing);
    const now = clock.now();
    const fresh = {
      recipient: new HpkeRecipient(),
      until: now + KEY_LIFE,
      end: clock.steady() + KEY_LIFE,
      taken: new Set<string>(),
    };
    const keys = [fresh, ...this.#keys.slice(0, 1)];
    this.#serial = this.#nextSerial();
    await this.#sign(keys, this.#signing);
    this.#show();
    saveSerial(this.#serial);
  }

  /** From then on the records are those of `keys`. */
  async #sign(keys: ServerKey[], signing: CryptoKey): Promise<void> {
    const { clock, endpoints } = this.#options;
    const now = clock.now();
    const common = {
      version: PROTOCOL_VERSION,
      identity: this.#identity,
      serial: this.#serial,
      issued: Math.floor(now / 1_000),
      until: Math.floor((now + RECORD_LIFE) / 1_000),
    };
    const told = keys.map(({ recipient: { publicKey }, until }) => ({
      key: publicKey,
      until: Math.floor(until / 1_000),
    }));
    const whole = { ...common, keys: told, endpoints: [...endpoints] };
    const record = await signAccessRecord(whole, signing);
    const shown: Uint8Array[] = [];
    for (const shelf of this.#lists) {
      const first = endpoints.slice(0, LIMITS.endpoints - shelf.length);
      const few = { ...common, keys: [], endpoints: [...first, ...shelf] };
      shown.push(await signAccessRecord(few, signing));
    }
    this.#shelves = shown;
    this.#keys = keys;
    this.#record = record;
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
