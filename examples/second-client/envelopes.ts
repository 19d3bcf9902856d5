/**
 * Envelopes as bytes (docs/protocol.md, sections 2 and 3): the access record, the first flight, the
 * first reply, and what follows them, each padded inside its seal.
 */
import { randomBytes, verify } from 'node:crypto';
import {
  bytes,
  type Cbor,
  decode,
  decodePrefix,
  encode,
  list,
  Malformed,
  text,
  uint,
} from './cbor.ts';
import {
  expand,
  extract,
  hpkeSchedule,
  join,
  open,
  publicKey,
  seal,
  sha256,
  x25519,
  x25519Pair,
  xWingEncapsulate,
} from './seal.ts';

/** What says how to seal to a server. Times in seconds since 1970. */
export interface AccessRecord {
  serial: number;
  until: number;
  keys: { key: Uint8Array; until: number }[];
  endpoints: string[];
}

/** The question for a server's access record, and what tells its answer from others. */
export function recordRequest(identity: Uint8Array): { envelope: Buffer; answerTag: Buffer } {
  const nonce = randomBytes(16);
  const tag = sha256('polynya record request', identity).subarray(0, 16);
  const answerTag = sha256('polynya record', identity, nonce).subarray(0, 16);
  return { envelope: join(tag, nonce, randomBytes(224)), answerTag };
}

/** A record, if `identity` signed it and it is not past. `now` in seconds. Throws Malformed. */
export function readRecord(record: Uint8Array, identity: Uint8Array, now: number): AccessRecord {
  const [signed, signature] = list(decode(record), 2);
  const body = bytes(signed);
  const message = join('polynya access record', body);
  if (!verify(null, message, publicKey('ed25519', identity), bytes(signature, 64)))
    throw new Malformed('not signed by this server');
  const fields = list(decode(body));
  if (fields[0] !== 1) throw new Malformed('another version');
  const [, who, serial, , until, keys, endpoints] = list(fields, 7);
  if (!Buffer.from(identity).equals(bytes(who, 32))) throw new Malformed('of another server');
  if (uint(until) < now) throw new Malformed('a record that is past');
  return {
    serial: uint(serial),
    until: uint(until),
    keys: list(keys).map((item) => {
      const [key, keyUntil] = list(item, 2);
      return { key: bytes(key, 1216), until: uint(keyUntil) };
    }),
    endpoints: list(endpoints).map(text),
  };
}

/** The least length that hides one of `length` bytes: Padmé's, and at least 256. */
export function padme(length: number): number {
  const least = Math.max(length, 256);
  const e = Math.floor(Math.log2(least));
  const step = 2 ** (e - Math.floor(Math.log2(e)) - 1);
  return Math.ceil(least / step) * step;
}

const pad = (plain: Uint8Array, overhead: number): Buffer =>
  join(plain, Buffer.alloc(padme(plain.length + overhead) - plain.length - overhead));

/** The struct of `fields` fields in an opened envelope, which nothing but zeros may follow. Throws Malformed. */
function unpad(plain: Uint8Array, fields: number): Cbor[] {
  const { value, rest } = decodePrefix(plain);
  if (rest.some((byte) => byte !== 0)) throw new Malformed('padding that is not zeros');
  return list(value, fields);
}

const keyIdOf = (key: Uint8Array) => sha256(key).subarray(0, 16);

/** A first flight under the X-Wing `key`, and how to open its reply. */
export function firstFlight(
  identity: Uint8Array,
  key: Uint8Array,
  calls: Cbor[],
  versions: number[] = [1],
) {
  const keyId = keyIdOf(key);
  const { secret: ephemeral, share } = x25519Pair();
  const { enc, secret: shared } = xWingEncapsulate(key);
  const hpke = hpkeSchedule(shared, join('polynya session 1', identity));
  const plain = pad(encode([versions, share, calls]), 16 + 1120 + 16);
  const hs = hpke.exportSecret('polynya session secret');
  return {
    envelope: join(keyId, enc, seal(hpke.key, hpke.nonce, keyId, plain)),
    /** The keys of the session and the fields of `firstReply`; undefined if the envelope is no reply to this flight. */
    openReply(envelope: Uint8Array): { keys: SessionKeys; reply: Cbor[] } | undefined {
      if (envelope.length < 60) return undefined;
      const keys = sessionKeys(hs, x25519(ephemeral, envelope.subarray(0, 32)));
      const plain = open(keys.down, envelope.subarray(32, 44), keyId, envelope.subarray(44));
      return plain && { keys, reply: unpad(plain, 6) };
    },
  };
}

export interface SessionKeys {
  up: Uint8Array;
  down: Uint8Array;
}

/** The two keys of a session, from HPKE's export and the X25519 result. */
export function sessionKeys(hs: Uint8Array, dh: Uint8Array): SessionKeys {
  const secret = extract(hs, dh);
  return {
    up: expand(secret, Buffer.from('polynya up'), 32),
    down: expand(secret, Buffer.from('polynya down'), 32),
  };
}

/** An envelope to the server, under a handle. `nonce` is 12 random bytes. */
export function sealUp(
  keys: SessionKeys,
  handle: Uint8Array,
  seq: number,
  calls: Cbor[],
  nonce: Uint8Array = randomBytes(12),
): Buffer {
  return join(handle, nonce, seal(keys.up, nonce, handle, pad(encode([seq, calls]), 44)));
}

/** An envelope from the server; undefined if these keys do not open it. Throws Malformed. */
export function openDown(keys: SessionKeys, envelope: Uint8Array) {
  const nothing = Buffer.alloc(0);
  const plain = open(keys.down, envelope.subarray(0, 12), nothing, envelope.subarray(12));
  if (!plain) return undefined;
  const [seq, items] = unpad(plain, 2);
  return { seq: uint(seq), items: list(items) };
}

/** Which seqs came already: the newest 1,024 are remembered, all below are taken for seen. */
export class ReplayWindow {
  readonly #seen = new Set<number>();
  #highest = -1;

  /** True the first time that `seq` comes. */
  accept(seq: number): boolean {
    if (seq <= this.#highest - 1024 || this.#seen.has(seq)) return false;
    this.#seen.add(seq);
    this.#highest = Math.max(this.#highest, seq);
    for (const old of this.#seen) if (old <= this.#highest - 1024) this.#seen.delete(old);
    return true;
  }
}
