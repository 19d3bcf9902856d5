import * as cborg from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { type Cbor, decodeCbor, decodeCborPrefix, encodeCbor } from './cbor.ts';
import { cborValues, damaged } from './test/arbitrary.ts';
import { refusal } from './test/refusal.ts';

const bytes = (hex: string) => fromHex(hex);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const nested = (depth: number): Cbor => (depth === 0 ? 0 : [nested(depth - 1)]);

/** RFC 8949 appendix A: those of its examples that this subset can say. */
const WITHIN: readonly [hex: string, value: Cbor][] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1_000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1_000],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['40', bytes('')],
  ['4401020304', bytes('01020304')],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '\u{10151}'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', upTo(25)],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
];

/** RFC 8949 appendix A: those that it cannot. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  'integers past 2^53 - 1': ['1bffffffffffffffff', '3bffffffffffffffff'],
  bignums: ['c249010000000000000000', 'c349010000000000000000'],
  floats: ['f90000', 'f93c00', 'fb3ff199999999999a', 'f97bff', 'fa47c35000', 'f97c00', 'f97e00'],
  'other simple values': ['f7', 'f0', 'f8ff'],
  tags: ['c074323031332d30332d32315432303a30343a30305a', 'c11a514b67b0', 'd74401020304'],
  'maps with text keys': ['a26161016162820203', '826161a161626163'],
  'indefinite lengths': [
    '5f42010243030405ff',
    '7f657374726561646d696e67ff',
    '9fff',
    '9f018202039f0405ffff',
    'bf61610161629f0203ffff',
  ],
};

const CBORG_STRICT = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  allowInfinity: false,
  allowNaN: false,
};

describe('CBOR, RFC 8949 appendix A', () => {
  it.each(WITHIN)('%s', (hex, value) => {
    expect(toHex(encodeCbor(value))).toBe(hex);
    expect(decodeCbor(bytes(hex))).toEqual(value);
  });

  for (const [what, encodings] of Object.entries(OUTSIDE)) {
    it.each(encodings)(`refuses ${what}: %s`, (hex) => {
      expect(refusal(() => decodeCbor(bytes(hex)))).toBe('malformed');
    });
  }
});

describe('CBOR, the strict subset', () => {
  it.each([
    ['a longer head than needed', '1817'],
    ['a length of 4 bytes where 2 do', '5a00000001ff'],
    ['8 bytes where 4 do', '1b00000000ffffffff'],
    ['reserved additional information', '1c'],
    ['a map with keys out of order', 'a203040102'],
    ['a map with a key twice', 'a201020103'],
    ['a map with a negative key', 'a12001'],
    ['text that is not UTF-8', '61ff'],
    ['text that encodes a surrogate', '63eda080'],
    ['trailing bytes', '0000'],
    ['nothing at all', ''],
    ['2^53', '1b0020000000000000'],
    ['-2^53', '3b001fffffffffffff'],
  ])('refuses %s', (_, hex) => {
    expect(refusal(() => decodeCbor(bytes(hex)))).toBe('malformed');
  });

  it('takes integers up to 2^53 - 1 on both sides of zero', () => {
    for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      expect(decodeCbor(encodeCbor(value))).toBe(value);
    }
  });

  it('keeps a byte order mark at the start of a text', () => {
    expect(decodeCbor(encodeCbor('\ufeffa'))).toBe('\ufeffa');
  });

  it.each([1.5, Number.NaN, 2 ** 53, '\ud800', new Map([[-1, 0]]), undefined, {}])(
    'does not encode what it would not decode: %s',
    (value) => {
      expect(refusal(() => encodeCbor(value as Cbor))).toBe('malformed');
    },
  );

  it('nests arrays and maps 12 deep and no deeper', () => {
    expect(decodeCbor(encodeCbor(nested(12)))).toEqual(nested(12));
    expect(refusal(() => encodeCbor(nested(13)))).toBe('malformed');
    expect(refusal(() => decodeCbor(bytes(`${'81'.repeat(12)}80`)))).toBe('malformed');
    expect(refusal(() => decodeCbor(bytes('81'.repeat(100_000))))).toBe('malformed');
  });

  it('holds 65,536 values and no more', () => {
    const most = new Array<null>(65_535).fill(null);
    expect(decodeCbor(encodeCbor(most))).toEqual(most);
    expect(refusal(() => encodeCbor([...most, null]))).toBe('malformed');
    const tooMany = new Uint8Array(5 + 65_536).fill(0xf6);
    tooMany.set(bytes('9a00010000'));
    expect(refusal(() => decodeCbor(tooMany))).toBe('malformed');
  });

  it('believes no length before the bytes are there', () => {
    const before = process.memoryUsage();
    for (let i = 0; i < 1_000; i++) {
      for (const head of [
        '9b0000000100000000',
        '9a7fffffff',
        'ba7fffffff',
        '5a7fffffff',
        '7a7fffffff',
      ]) {
        expect(refusal(() => decodeCbor(bytes(head)))).toBe('malformed');
      }
    }
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).toBeLessThan(256 * 1024 * 1024);
  });

  it('decodes a value at the start of longer bytes and says where it ends', () => {
    fc.assert(
      fc.property(cborValues, fc.uint8Array(), (value, tail) => {
        const encoded = encodeCbor(value);
        const { value: decoded, end } = decodeCborPrefix(new Uint8Array([...encoded, ...tail]));
        expect(decoded).toEqual(value);
        expect(end).toBe(encoded.length);
      }),
    );
  });

  it('hands out byte strings that do not share memory with the input', () => {
    for (const input of [bytes('4401020304'), Buffer.from('4401020304', 'hex')]) {
      const decoded = decodeCbor(input);
      input.fill(0);
      expect(decoded).toEqual(bytes('01020304'));
    }
  });
});

describe('CBOR against cborg', () => {
  it('encodes any value to the same bytes', () => {
    fc.assert(
      fc.property(cborValues, (value) => {
        expect(toHex(encodeCbor(value))).toBe(toHex(cborg.encode(value)));
      }),
    );
  });

  it('decodes what cborg encodes', () => {
    fc.assert(
      fc.property(cborValues, (value) => {
        expect(decodeCbor(cborg.encode(value))).toEqual(value);
      }),
    );
  });

  it('of damaged bytes takes exactly what cborg takes and encodes to the same bytes again', () => {
    let taken = 0;
    fc.assert(
      fc.property(damaged(cborValues.map(encodeCbor)), (damagedBytes) => {
        const theirs = cborgTakes(damagedBytes);
        if (theirs === undefined) {
          expect(refusal(() => decodeCbor(damagedBytes))).toBe('malformed');
        } else {
          taken++;
          const ours = decodeCbor(damagedBytes);
          expect(ours).toEqual(theirs);
          expect(encodeCbor(ours)).toEqual(damagedBytes);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

/** What cborg makes of the bytes, undefined if it refuses them or they hold what the subset does not. */
function cborgTakes(encoded: Uint8Array): Cbor | undefined {
  try {
    const value: unknown = cborg.decode(encoded, CBORG_STRICT);
    return isInSubset(value) && toHex(cborg.encode(value)) === toHex(encoded) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isInSubset(value: unknown): value is Cbor {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (value instanceof Uint8Array) return true;
  if (Array.isArray(value)) return value.every(isInSubset);
  if (!(value instanceof Map)) return false;
  return [...value].every(
    ([key, inner]) => Number.isSafeInteger(key) && key >= 0 && isInSubset(inner),
  );
}
