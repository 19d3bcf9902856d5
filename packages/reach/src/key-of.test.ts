import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf } from './key-of.ts';

const lengths = { minLength: 0, maxLength: 40 };

test('a key is a letter for each byte, wherever the bytes lie', () => {
  fc.assert(
    fc.property(fc.uint8Array(lengths), fc.nat(8), (bytes, before) => {
      const within = new Uint8Array(before + bytes.length + 3).fill(7);
      within.set(bytes, before);
      const key = keyOf(within.subarray(before, before + bytes.length));
      expect(key).toHaveLength(bytes.length);
      expect([...Buffer.from(key, 'latin1')]).toEqual([...bytes]);
    }),
  );
});

test('ids that differ in one bit have different keys', () => {
  const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(id, fc.nat(127), (bytes, bit) => {
      const other = Uint8Array.from(bytes);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(keyOf(other)).not.toBe(keyOf(bytes));
    }),
  );
});
