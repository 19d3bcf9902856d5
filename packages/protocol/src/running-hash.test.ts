import { createHash } from 'node:crypto';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex, utf8 } from './bytes.ts';
import type { Entry } from './requests.ts';
import { next, start } from './running-hash.ts';
import { entries } from './test/arbitrary.ts';

const sha256 = (...parts: Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );
const hashOf = (log: Uint8Array, list: readonly Entry[]) => toHex(list.reduce(next, start(log)));

describe('the running hash of a log', () => {
  const log = new Uint8Array(16).fill(5);

  it('starts from the id of the log', () => {
    expect(start(log)).toEqual(sha256(utf8('polynya log'), log));
  });

  it('is SHA-256 of the hash before and the CBOR of the entry', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const { seq, kind, epoch, id, body, turn } = entry;
        const struct = [seq, kind, epoch, id, body, turn && [turn.closes, turn.next]];
        const before = start(log);
        expect(next(before, entry)).toEqual(sha256(before, cborg.encode(struct)));
      }),
    );
  });

  it('differs when two entries change places, or any field of one differs', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(hashOf(log, [one, other])).not.toBe(hashOf(log, [other, one]));
        expect(hashOf(log, [one])).not.toBe(hashOf(log, [other]));
        expect(hashOf(log, [one])).not.toBe(
          hashOf(log, [{ ...one, epoch: one.epoch === 0 ? 1 : 0 }]),
        );
      }),
      { numRuns: 50 },
    );
  });
});
