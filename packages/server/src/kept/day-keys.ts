/**
 * Keys at rest: what came in on one day is sealed under the key of that day, a small
 * file outside the database. Without it every copy of the database has lost that day.
 *
 *     stored = nonce(12) ‖ AES-256-GCM(key of the day, nonce, aad = id ‖ number(8), body)
 *
 * Nonces are random (NIST SP 800-38D, section 8.2.2): one derived from the row would repeat with another
 * body after a rollback or a backup that was put back. That is good for 2^32 bodies a day.
 *
 * Several server processes may share the folder: who makes a day's key first makes it for all.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Random } from '@polynya/reach/clock';
import { Gcm } from '@polynya/reach/gcm/gcm';
import { GcmKey } from '@polynya/reach/gcm/key';
import { pooled } from '@polynya/reach/seal/random-pool';
import { StorageError } from '../engine/engine.ts';
import { createFileOnce, destroyFile } from './durable-file.ts';

const KEY = 32;
const NONCE = 12;
const TAG = 16;
const DAY_HOURS = 24;
const DAY_MS = 86_400_000;
/** What a client is told to wait when no key can be made for the moment. */
const BUSY_MS = 5_000;

/** Which row a body belongs to: an id of 16 bytes, and the number of the entry or piece under it. */
export interface Place {
  readonly id: Uint8Array;
  readonly number: number;
}

export class DayKeys {
  readonly #folder: string;
  readonly #random: Random;
  readonly #nonces: Random;
  readonly #gcm = new Gcm();
  #keys: Map<number, GcmKey> | undefined;

  /** Touches no file before it is used, because another server may hold the folder. */
  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
    this.#nonces = pooled(random);
  }

  /** Reads the keys that are left, and ends a destruction that was cut short. @throws StorageError */
  load(): void {
    this.#loaded();
  }

  /** Whether the day of `hour` (hours since 1970) still has its key. */
  has(hour: number): boolean {
    return this.#find(dayOf(hour)) !== undefined;
  }

  /** Seals under the key of `hour`'s day, which is made, and on disk, before this returns. @throws full, busy, StorageError */
  seal(hour: number, place: Place, body: Uint8Array): Uint8Array {
    const key = this.#find(dayOf(hour)) ?? this.#create(dayOf(hour));
    return this.#gcm.seal(key, this.#nonces(NONCE), additional(place), body);
  }

  /** The body, or undefined when its day's key is gone or it was sealed under another or for another place. */
  open(hour: number, place: Place, stored: Uint8Array): Uint8Array | undefined {
    const key = this.#find(dayOf(hour));
    if (!key || stored.length < NONCE + TAG) return undefined;
    const nonce = stored.subarray(0, NONCE);
    return this.#gcm.open(key, nonce, additional(place), stored.subarray(NONCE)) ?? undefined;
  }

  /** Destroys the keys of all days before that of `hour`. @throws StorageError */
  destroyBefore(hour: number): void {
    for (const day of this.#loaded().keys()) {
      if (day >= dayOf(hour)) continue;
      this.#told(() => existsSync(this.#path(day)) && destroyFile(this.#path(day)));
      this.#keys?.get(day)?.end();
      this.#keys?.delete(day);
    }
  }

  #loaded(): Map<number, GcmKey> {
    this.#keys ??= this.#told(() => this.#read());
    return this.#keys;
  }

  #read(): Map<number, GcmKey> {
    const keys = new Map<number, GcmKey>();
    if (!existsSync(this.#folder)) return keys;
    for (const name of readdirSync(this.#folder)) {
      const day = Date.parse(name) / DAY_MS;
      if (name !== nameOf(day)) continue;
      const key = this.#readKey(day);
      // We died between overwriting and deleting it.
      if (key === 'destroyed') destroyFile(this.#path(day));
      else keys.set(day, key);
    }
    return keys;
  }

  #readKey(day: number): GcmKey | 'destroyed' {
    const key = readFileSync(this.#path(day));
    if (key.length !== KEY) throw damaged(this.#path(day));
    return key.every((byte) => byte === 0) ? 'destroyed' : new GcmKey(key);
  }

  /** The key of a day, also one that another process made. */
  #find(day: number): GcmKey | undefined {
    const keys = this.#loaded();
    const known = keys.get(day);
    if (known || !existsSync(this.#path(day))) return known;
    const key = this.#told(() => this.#readKey(day));
    if (key === 'destroyed') return undefined;
    keys.set(day, key);
    return key;
  }

  #create(day: number): GcmKey {
    const bytes = this.#random(KEY);
    const key = this.#told(() => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      if (createFileOnce(this.#path(day), bytes)) return new GcmKey(bytes);
      const made = this.#readKey(day);
      if (made === 'destroyed') throw new ProtocolError('busy', 'a key goes', BUSY_MS);
      return made;
    });
    this.#loaded().set(day, key);
    return key;
  }

  #path(day: number): string {
    return join(this.#folder, nameOf(day));
  }

  #told<T>(use: () => T): T {
    try {
      return use();
    } catch (error) {
      if (error instanceof StorageError || error instanceof ProtocolError) throw error;
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOSPC' || code === 'EDQUOT') {
        throw new ProtocolError('full', 'the disk is full');
      }
      if (code === 'EMFILE' || code === 'ENFILE') {
        // So many connections: it passes, and must not end the server at the first append of a day.
        throw new ProtocolError('busy', 'too many files are open', BUSY_MS);
      }
      const why = error instanceof Error ? error.message : String(error);
      throw new StorageError(
        'unavailable',
        `The folder of keys ${this.#folder} cannot be used (${why}).`,
        error,
      );
    }
  }
}

const dayOf = (hour: number): number => Math.floor(hour / DAY_HOURS);

/** The date, so that a host sees what a file is for; '' for what is no day. */
function nameOf(day: number): string {
  return Number.isInteger(day) ? new Date(day * DAY_MS).toISOString().slice(0, 10) : '';
}

function additional({ id, number }: Place): Uint8Array {
  const bytes = new Uint8Array(id.length + 8);
  bytes.set(id);
  // Big-endian; an element takes of a number what is left modulo 256.
  for (let [at, left] = [bytes.length - 1, number]; left > 0; at--) {
    bytes[at] = left;
    left = Math.floor(left / 256);
  }
  return bytes;
}

function damaged(path: string): StorageError {
  return new StorageError(
    'corrupt',
    `The key file ${path} is damaged: restore it, or delete it and lose what came in on that day.`,
  );
}
