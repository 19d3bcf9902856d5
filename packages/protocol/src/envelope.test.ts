import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, utf8 } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import {
  joinEnvelopes,
  keyIdOf,
  OVERHEAD,
  paddedPlaintext,
  padme,
  RECORD_FILL,
  recordAnswerTag,
  recordRequest,
  recordRequestHandle,
  splitEnvelopes,
  unpad,
} from './envelope.ts';
import { LIMITS } from './limits.ts';
import { cborValues, damaged } from './test/arbitrary.ts';
import { refusal } from './test/refusal.ts';

const sha256 = (...parts: Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );

describe('Padmé', () => {
  it.each([
    [0, 256],
    [256, 256],
    [257, 272],
    [272, 272],
    [273, 288],
    [511, 512],
    [513, 544],
    [1_000, 1_024],
    [1_025, 1_088],
    [9_999, 10_240],
    [65_537, 67_584],
    [131_072, 131_072],
  ])('of %i is %i', (length, padded) => {
    expect(padme(length)).toBe(padded);
  });

  it('is the formula of the PURBs paper from 256 on: E - S low bits are zero, S the bits of E', () => {
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 2 ** 30 }), (length) => {
        const exponent = Math.floor(Math.log2(length));
        const lowBits = exponent - (Math.floor(Math.log2(exponent)) + 1);
        const mask = 2 ** lowBits - 1;
        expect(padme(length)).toBe((length + mask) & ~mask);
      }),
    );
  });

  it('never shortens, adds at most 12 %, is stable and monotonous', () => {
    for (let length = 256; length < 10_000; length++) {
      const padded = padme(length);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded - length).toBeLessThanOrEqual(length * 0.12);
      expect(padme(padded)).toBe(padded);
      expect(padme(length + 1)).toBeGreaterThanOrEqual(padded);
    }
  });
});

describe('padding inside the seal', () => {
  it('brings the whole envelope to a padded length and comes off again', () => {
    fc.assert(
      fc.property(cborValues, fc.constantFrom(...Object.values(OVERHEAD)), (value, overhead) => {
        const cbor = encodeCbor(value);
        const plaintext = paddedPlaintext(cbor, overhead);
        expect(overhead + plaintext.length).toBe(padme(overhead + cbor.length));
        expect(unpad(plaintext)).toEqual(value);
      }),
    );
  });

  it('is zeros and nothing else', () => {
    const plaintext = paddedPlaintext(encodeCbor([1]), OVERHEAD.up);
    for (const at of [2, 100, plaintext.length - 1]) {
      const spoiled = plaintext.slice();
      spoiled[at] = 1;
      expect(refusal(() => unpad(spoiled))).toBe('malformed');
    }
  });

  it('fills an envelope of the greatest length and refuses one byte more', () => {
    const room = LIMITS.envelope - OVERHEAD.up;
    expect(paddedPlaintext(new Uint8Array(room), OVERHEAD.up).length).toBe(room);
    expect(refusal(() => paddedPlaintext(new Uint8Array(room + 1), OVERHEAD.up))).toBe('too-big');
  });

  it('of damaged plaintexts is refused or opens, and throws nothing else', () => {
    const plaintexts = cborValues.map((value) => paddedPlaintext(encodeCbor(value), OVERHEAD.down));
    fc.assert(
      fc.property(damaged(plaintexts), (plaintext) => {
        expect(['accepted', 'malformed']).toContain(refusal(() => unpad(plaintext)));
      }),
    );
  });
});

describe('a key id', () => {
  it('is the first 16 bytes of the SHA-256 of the X-Wing public key', () => {
    const key = new Uint8Array(1_216).fill(7);
    expect(keyIdOf(key)).toEqual(sha256(key).slice(0, 16));
  });
});

describe('the request for an access record', () => {
  const identity = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(16).fill(2);

  it('is 256 bytes: the hash of the identity, the nonce, random bytes', () => {
    const envelope = recordRequest(identity, nonce, new Uint8Array(RECORD_FILL).fill(3));
    expect(envelope.length).toBe(256);
    expect(envelope.slice(0, 16)).toEqual(
      sha256(utf8('polynya record request'), identity).slice(0, 16),
    );
    expect(envelope.slice(0, 16)).toEqual(recordRequestHandle(identity));
    expect(envelope.slice(16, 32)).toEqual(nonce);
    expect(envelope.slice(32)).toEqual(new Uint8Array(224).fill(3));
  });

  it('is not made with a nonce or fill of another length', () => {
    for (const [nonceLength, fillLength] of [
      [15, 224],
      [17, 224],
      [16, 223],
      [16, 225],
    ] as const) {
      const make = () =>
        recordRequest(identity, new Uint8Array(nonceLength), new Uint8Array(fillLength));
      expect(refusal(make)).toBe('malformed');
    }
  });

  it('is answered under a tag that depends on identity and nonce', () => {
    expect(recordAnswerTag(identity, nonce)).toEqual(
      sha256(utf8('polynya record'), identity, nonce).slice(0, 16),
    );
  });
});

describe('envelopes in a POST', () => {
  const envelopes = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), { maxLength: 64 });

  it('come back as they were, and an empty body holds none', () => {
    fc.assert(
      fc.property(envelopes, (list) => {
        expect(splitEnvelopes(joinEnvelopes(list))).toEqual(list);
      }),
    );
    expect(splitEnvelopes(new Uint8Array(0))).toEqual([]);
  });

  it('of damaged bodies are refused or split into parts of the body', () => {
    fc.assert(
      fc.property(damaged(envelopes.map(joinEnvelopes)), (body) => {
        const outcome = refusal(() => {
          expect(joinEnvelopes(splitEnvelopes(body))).toEqual(body);
        });
        expect(['accepted', 'malformed', 'too-big']).toContain(outcome);
      }),
    );
  });

  it('are 64 at most, of 131,072 bytes each, in 1,048,576 bytes', () => {
    const list = (count: number, length: number) =>
      Array.from({ length: count }, () => new Uint8Array(length));
    const frame = (count: number, length: number) => {
      const one = concat(
        Uint8Array.of(0, length >> 16, (length >> 8) & 255, length & 255),
        new Uint8Array(length),
      );
      return concat(...Array.from({ length: count }, () => one));
    };
    for (const [count, length] of [
      [64, 1],
      [1, 131_072],
      [8, 131_068],
    ] as const) {
      expect(splitEnvelopes(joinEnvelopes(list(count, length))).length).toBe(count);
    }
    for (const [count, length] of [
      [65, 1],
      [1, 131_073],
      [8, 131_069],
    ] as const) {
      expect(refusal(() => joinEnvelopes(list(count, length)))).toBe('too-big');
      expect(refusal(() => splitEnvelopes(frame(count, length)))).toBe('too-big');
    }
  });

  it('that are empty or cut short are refused', () => {
    for (const body of [
      [0, 0, 0, 0],
      [0, 0, 0],
      [0, 0, 0, 2, 1],
      [0, 0, 0, 1, 1, 0],
    ]) {
      expect(refusal(() => splitEnvelopes(Uint8Array.from(body)))).toBe('malformed');
    }
  });
});
