/** Every size and count in `requests.ts`, at its bounds and one past them. */
import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { LIMITS } from './limits.ts';
import {
  down,
  firstFlight,
  firstReply,
  item,
  receivedUp,
  request,
  results,
  up,
} from './requests.ts';
import type { Codec } from './schema.ts';
import { refusal } from './test/refusal.ts';

describe('limits', () => {
  const b = (length: number) => new Uint8Array(length);
  const many = <T>(length: number, value: T): T[] => new Array<T>(length).fill(value);
  const entryOf = (body: number): Cbor => [1, 0, 0, b(16), b(body), null];
  const newEntryOf = (body: number): Cbor => [b(16), 0, b(body)];
  const callOf: Cbor = [0, [5, 0]];
  const nudge: Cbor = [3, 0, 0];
  const handle: Cbor = [b(16), b(16)];
  const LOWEST = 0;
  const U32 = 0xffff_ffff;
  const SAFE = Number.MAX_SAFE_INTEGER;

  /** What is limited, the codec, the value of a size, the least and the greatest size that is taken. */
  const CASES: [string, Codec<unknown>, (size: number) => Cbor, number, number][] = [
    ['n', request, (n) => [5, n], LOWEST, U32],
    ['a log id', request, (size) => [1, 0, b(size), b(32)], 16, 16],
    ['a secret', request, (size) => [1, 0, b(16), b(size)], 32, 32],
    [
      'the entries of an append',
      request,
      (size) => [2, 0, many(size, newEntryOf(1))],
      1,
      LIMITS.batch,
    ],
    ['the body of an entry', request, (size) => [2, 0, [newEntryOf(size)]], 1, LIMITS.entryBody],
    [
      'the body of a Commit',
      request,
      (size) => [3, 0, newEntryOf(size), [true, b(32)]],
      1,
      LIMITS.entryBody,
    ],
    ['a capability hash', request, (size) => [3, 0, newEntryOf(1), [true, b(size)]], 32, 32],
    ['the bytes of a read', request, (size) => [4, 0, 0, size], LOWEST, LIMITS.envelope],
    ['the from of a read', request, (from) => [4, 0, from, 0], LOWEST, SAFE],
    ['a signal', request, (size) => [7, 0, b(size)], 1, LIMITS.signal],
    ['the kind of a log', request, (kind) => [8, b(16), kind, b(32), b(32)], LOWEST, 1],
    ['letters per hour', request, (size) => [9, 0, b(32), size], LOWEST, 3_600],
    [
      'KeyPackages in a stock',
      request,
      (size) => [11, 0, b(32), many(size, b(1)), null],
      LOWEST,
      LIMITS.stock,
    ],
    ['a KeyPackage', request, (size) => [11, 0, b(32), [b(size)], null], 1, LIMITS.keyPackage],
    ['the last KeyPackage', request, (size) => [11, 0, b(32), [], b(size)], 1, LIMITS.keyPackage],
    [
      'the pieces of a blob',
      request,
      (size) => [13, b(16), b(32), b(32), size, b(32)],
      LOWEST,
      LIMITS.pieces,
    ],
    [
      'the index of a piece',
      request,
      (index) => [14, b(16), b(32), index, b(1)],
      LOWEST,
      LIMITS.pieces - 1,
    ],
    ['a piece', request, (size) => [14, b(16), b(32), 0, b(size)], 1, LIMITS.piece],
    ['the uses of an invite', request, (uses) => [19, b(32), b(32), uses, 0], LOWEST, 1_000],
    ['handles asked for', request, (count) => [21, count], LOWEST, 8],
    ['lingering', request, (ms) => [22, ms], LOWEST, 60_000],
    ['the calls of an envelope', up, (size) => [0, many(size, callOf)], LOWEST, LIMITS.items],
    ['the calls that are taken', receivedUp, (size) => [0, many(size, null)], LOWEST, LIMITS.items],
    ['the items of an envelope', down, (size) => [0, many(size, nudge)], LOWEST, LIMITS.items],
    ['the seq of an envelope', up, (seq) => [seq, []], LOWEST, SAFE],
    ['the kind of an entry', item, (kind) => [2, 0, [[1, kind, 0, b(16), b(1), null]]], LOWEST, 2],
    ['the entries of a push', item, (size) => [2, 0, many(size, entryOf(1))], LOWEST, 64],
    [
      'the body of a pushed entry',
      item,
      (size) => [2, 0, [entryOf(size)]],
      LOWEST,
      LIMITS.entryBody,
    ],
    ['a pushed signal', item, (size) => [4, 0, b(size)], 1, LIMITS.signal],
    ['the note of a refusal', item, (size) => [1, 0, 32, 0, 'a'.repeat(size)], LOWEST, 200],
    ['the code of a refusal', item, (code) => [1, 0, code, 0, ''], LOWEST, 255],
    ['the wait of a refusal', item, (ms) => [1, 0, 1, ms, ''], LOWEST, 86_400_000],
    ['the versions of a first flight', firstFlight, (size) => [many(size, 1), b(32), []], 1, 8],
    ['the share of a first flight', firstFlight, (size) => [[1], b(size), []], 32, 32],
    [
      'the calls of a first flight',
      firstFlight,
      (size) => [[1], b(32), many(size, callOf)],
      LOWEST,
      LIMITS.items,
    ],
    [
      'the handles of a first reply',
      firstReply,
      (size) => [1, [1], 0, '', many(size, handle), []],
      LOWEST,
      8,
    ],
    [
      'the build of a first reply',
      firstReply,
      (size) => [1, [1], 0, 'a'.repeat(size), [], []],
      LOWEST,
      64,
    ],
    [
      'the entries of a read',
      results.read,
      (size) => [many(size, entryOf(0)), 0, 0],
      LOWEST,
      4_096,
    ],
    ['the role of who opened', results.open, (role) => [0, 0, 0, role, null, []], LOWEST, 2],
    [
      'the tokens that ran out',
      results.open,
      (size) => [0, 0, 0, 0, null, many(size, b(32))],
      LOWEST,
      256,
    ],
    ['the seqs of an append', results.append, (size) => [many(size, 1)], LOWEST, LIMITS.batch],
    ['the bitmap of a blob', results.stat, (size) => [0, b(size)], LOWEST, LIMITS.pieces / 8],
    ['a piece that was got', results.get, (size) => [b(size)], 1, LIMITS.piece],
  ];

  it.each(CASES)('%s', (_, codec, value, least, greatest) => {
    for (const size of [least, greatest]) codec.decode(decodeCbor(encodeCbor(value(size))));
    for (const size of [least - 1, greatest + 1]) {
      expect(outcomeOf(codec, value, size)).toBe('malformed');
    }
  });

  /** A size below nothing cannot be made of bytes, text or lists: that counts as refused. */
  function outcomeOf(codec: Codec<unknown>, value: (size: number) => Cbor, size: number) {
    try {
      return refusal(() => codec.decode(value(size)));
    } catch (error) {
      if (size === -1 && error instanceof RangeError) return 'malformed';
      throw error;
    }
  }
});
