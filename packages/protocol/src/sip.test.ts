import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinEnvelopes } from './envelope.ts';
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';
import {
  type DownSip,
  decodeDownSip,
  decodeUpSip,
  encodeDownSip,
  encodeUpSip,
  isSip,
} from './sip.ts';

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('a piece of a body comes out of its sip as it went in', () => {
  const piece = fc.uint8Array({ minLength: 1, maxLength: LIMITS.sip });
  fc.assert(
    fc.property(
      sixteen,
      sixteen,
      piece,
      fc.nat(9),
      fc.nat(9),
      (handle, exchange, bytes, offset, after) => {
        const total = offset + bytes.length + after;
        const wanted = { from: after, most: after + 1 };
        const sip = { handle, exchange, total, offset, ...wanted, piece: bytes };
        expect(decodeUpSip(encodeUpSip(sip))).toEqual(sip);
      },
    ),
  );
});

test('a piece of an answer comes out as it went in, and so does that there is none', () => {
  const piece = new Uint8Array([1, 2, 3]);
  const all: DownSip[] = [
    { state: 'taken' },
    { state: 'gone' },
    { state: 'answer', total: 5, offset: 2, piece },
    { state: 'answer', total: 0, offset: 0, piece: new Uint8Array(0) },
  ];
  for (const sip of all) expect(decodeDownSip(encodeDownSip(sip))).toEqual(sip);
});

test('a list of envelopes is no sip, whatever is in it', () => {
  expect(isSip(joinEnvelopes([new Uint8Array(256)]))).toBe(false);
});

test('a sip whose piece does not lie in its body is malformed', () => {
  const sixteenZeros = new Uint8Array(16);
  const usual = { handle: sixteenZeros, exchange: sixteenZeros, from: 0, most: 1 };
  const piece = new Uint8Array(3);
  for (const wrong of [
    { ...usual, total: 3, offset: 1, piece },
    { ...usual, total: 0, offset: 0, piece: new Uint8Array(0) },
    { ...usual, total: 9, offset: 1, piece: new Uint8Array(0) },
    { ...usual, total: LIMITS.post + 1, offset: 0, piece },
    { ...usual, total: LIMITS.post, offset: 0, piece: new Uint8Array(LIMITS.sip + 1) },
    { ...usual, total: 3, offset: 0, piece, most: 0 },
    { ...usual, total: 3, offset: 0, piece, most: LIMITS.sip + 1 },
  ]) {
    expect(() => decodeUpSip(encodeUpSip(wrong))).toThrow(ProtocolError);
  }
});

test('arbitrary bytes are decoded or malformed, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      for (const decode of [decodeUpSip, decodeDownSip]) {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed' });
        }
      }
    }),
  );
});
