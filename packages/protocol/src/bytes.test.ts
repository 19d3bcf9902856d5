import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concat,
  equal,
  fromBase64url,
  fromHex,
  fromUtf8,
  readU32,
  readU64,
  toBase64url,
  toHex,
  u32,
  u64,
  utf8,
} from './bytes.ts';
import { refusal } from './test/refusal.ts';

describe('base64url, RFC 4648', () => {
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('section 10: %j is %j', (text, encoded) => {
    expect(toBase64url(utf8(text))).toBe(encoded);
    expect(fromUtf8(fromBase64url(encoded))).toBe(text);
  });

  it('is what Node makes of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const encoded = toBase64url(bytes);
        expect(encoded).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(encoded)).toEqual(bytes);
      }),
    );
  });

  it.each([
    'Zg==',
    'Zm9+',
    'Zm9/',
    'Zm 8',
    'Z',
    'A',
    'Zm9vA',
    'Zm9vY',
    'Zh',
    'Zm9',
    'Zg\n',
    'Zgé',
    '\u{1f600}',
  ])('refuses %j', (text) => {
    expect(refusal(() => fromBase64url(text))).toBe('malformed');
  });

  it('has one text only for any bytes', () => {
    fc.assert(
      fc.property(
        fc.base64String().map((text) => text.replaceAll('=', '')),
        (text) => {
          if (refusal(() => fromBase64url(text)) === 'accepted') {
            expect(toBase64url(fromBase64url(text))).toBe(text);
          }
        },
      ),
    );
  });
});

describe('hex', () => {
  it('is what Node makes of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['0', '0g', 'FF', ' 00', '00\n'])('refuses %j', (text) => {
    expect(refusal(() => fromHex(text))).toBe('malformed');
  });
});

describe('byte strings', () => {
  it('are joined in order, in memory of their own', () => {
    const part = Uint8Array.of(1, 2);
    const joined = concat(part, new Uint8Array(0), Uint8Array.of(3));
    part.fill(9);
    expect(joined).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('are equal when length and every byte are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(equal(a, a.slice())).toBe(true);
        expect(equal(a, b)).toBe(toHex(a) === toHex(b));
      }),
    );
    expect(equal(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 4))).toBe(false);
    expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
  });

  it('that are not UTF-8 are refused as text', () => {
    expect(refusal(() => fromUtf8(Uint8Array.of(0xc3)))).toBe('malformed');
    expect(fromUtf8(utf8('\ufeffполынья'))).toBe('\ufeffполынья');
  });
});

describe('integers', () => {
  it('are big-endian and come back, at any offset', () => {
    expect(toHex(u32(0x0102_0304))).toBe('01020304');
    expect(toHex(u64(2 ** 53 - 1))).toBe('001fffffffffffff');
    fc.assert(
      fc.property(
        fc.nat({ max: 0xffff_ffff }),
        fc.maxSafeNat(),
        fc.uint8Array(),
        (a, b, before) => {
          const bytes = concat(before, u32(a), u64(b));
          expect(readU32(bytes, before.length)).toBe(a);
          expect(readU64(bytes, before.length + 4)).toBe(b);
        },
      ),
    );
  });

  it('out of range, or cut short, are refused', () => {
    for (const value of [-1, 1.5, 2 ** 32]) expect(refusal(() => u32(value))).toBe('malformed');
    for (const value of [-1, 1.5, 2 ** 53]) expect(refusal(() => u64(value))).toBe('malformed');
    expect(refusal(() => readU32(new Uint8Array(3)))).toBe('malformed');
    expect(refusal(() => readU32(new Uint8Array(7), 4))).toBe('malformed');
    expect(refusal(() => readU64(new Uint8Array(7)))).toBe('malformed');
    expect(refusal(() => readU64(fromHex('0020000000000000')))).toBe('malformed');
  });
});
