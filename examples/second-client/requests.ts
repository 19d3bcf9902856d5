/** Some requests of docs/protocol.md, section 4, as the arrays that they are, and the results worth naming. */
import { bytes, type Cbor, list, uint } from './cbor.ts';
import { sha256 } from './seal.ts';

/** The request's number, its fields following. */
export type Request = Cbor[];

export interface NewEntry {
  /** 16 random bytes. */
  id: Uint8Array;
  epoch: number;
  body: Uint8Array;
}

export interface Turn {
  closes: boolean;
  /** SHA-256 of the next epoch's capability. */
  next: Uint8Array;
}

export interface Entry extends NewEntry {
  seq: number;
  /** 0 message, 1 commit, 2 letter. */
  kind: number;
}

const fieldsOf = ({ id, epoch, body }: NewEntry): Cbor[] => [id, epoch, body];

export const open = (n: number, log: Uint8Array, secret: Uint8Array): Request => [
  1,
  n,
  log,
  secret,
];
export const append = (n: number, entries: NewEntry[]): Request => [2, n, entries.map(fieldsOf)];
export const commit = (n: number, entry: NewEntry, turn: Turn): Request => [
  3,
  n,
  fieldsOf(entry),
  [turn.closes, turn.next],
];
/** Entries from `from` on, at most `size` bytes of bodies. */
export const read = (n: number, from: number, size = 65_536): Request => [4, n, from, size];
export const watch = (n: number): Request => [5, n];
export const signal = (n: number, body: Uint8Array): Request => [7, n, body];
/** Makes a group's log, which `capability` opens while its epoch is 0. */
export const create = (log: Uint8Array, capability: Uint8Array, allowance: Uint8Array): Request => [
  8,
  log,
  0,
  sha256(capability),
  allowance,
];
export const admit = (invite: Uint8Array, allowance: Uint8Array): Request => [
  18,
  invite,
  allowance,
];
/** More handles, for more connections. */
export const handles = (count: number): Request => [21, count];
export const linger = (ms: number): Request => [22, ms];

/** An entry as `read` and `push` deliver it. Throws Malformed. */
export function entryOf(cbor: Cbor): Entry {
  const [seq, kind, epoch, id, body] = list(cbor, 6);
  return {
    seq: uint(seq),
    kind: uint(kind),
    epoch: uint(epoch),
    id: bytes(id, 16),
    body: bytes(body),
  };
}
