import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from './bytes.ts';
import { LIMITS } from './limits.ts';
import { refusal } from './test/refusal.ts';
import {
  DirectJoiner,
  decodeDirectEndpoint,
  directMessages,
  encodeDirectEndpoint,
} from './webrtc-direct.ts';

interface Vectors {
  endpoints: { endpoint: string; fields: Record<string, string | number> }[];
  refused: { endpoint: string; why: string }[];
  messages: { byte: number; envelope: number; lengths: number[]; heads: string[] }[];
}
const path = new URL('../../../vectors/webrtc-direct.json', import.meta.url);
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;

describe('an endpoint of WebRTC-Direct', () => {
  test.each(vectors.endpoints)('$endpoint is read and written', ({ endpoint, fields }) => {
    const decoded = decodeDirectEndpoint(endpoint);
    expect({ ...decoded, fingerprint: toHex(decoded.fingerprint) }).toEqual(fields);
    expect(encodeDirectEndpoint(decoded)).toBe(endpoint);
  });

  test.each(vectors.refused)('is not $endpoint: $why', ({ endpoint }) => {
    expect(refusal(() => decodeDirectEndpoint(endpoint))).toBe('malformed');
  });
});

describe('an envelope in messages', () => {
  test.each(vectors.messages)('of $lengths bytes', ({ byte, envelope, lengths, heads }) => {
    const messages = directMessages(new Uint8Array(envelope).fill(byte));
    expect(messages.map(({ length }) => length)).toEqual(lengths);
    expect(messages.map((message) => toHex(message.subarray(0, 2)))).toEqual(heads);
  });

  test('comes out as it went in, one after another', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: LIMITS.envelope }), { maxLength: 5 });
    fc.assert(
      fc.property(lengths, fc.nat(255), (each, byte) => {
        const joiner = new DirectJoiner();
        for (const length of each) {
          const envelope = new Uint8Array(length).fill(byte);
          const joined = directMessages(envelope).map((message) => {
            expect(message.length).toBeLessThanOrEqual(LIMITS.directMessage);
            return joiner.take(message);
          });
          expect(joined.pop()).toEqual(envelope);
          expect(joined.every((one) => one === null)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['nothing', [new Uint8Array(0)]],
    ['a head alone', [Uint8Array.of(1)]],
    ['a head of 2', [Uint8Array.of(2, 1)]],
    ['a message of 16,385 bytes', [new Uint8Array(LIMITS.directMessage + 1)]],
    [
      'a piece before the last that is not full',
      [new Uint8Array(LIMITS.directMessage), new Uint8Array(LIMITS.directMessage - 1)],
    ],
    [
      'more than an envelope measures',
      [...directMessages(new Uint8Array(LIMITS.envelope)).slice(0, -1)].concat(
        new Uint8Array(LIMITS.directMessage),
      ),
    ],
  ])('that is %s is malformed', (_, messages) => {
    const joiner = new DirectJoiner();
    expect(refusal(() => messages.map((message) => joiner.take(message)))).toBe('malformed');
  });
});
