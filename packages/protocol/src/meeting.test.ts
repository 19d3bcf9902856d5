import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMeeting, encodeMeeting, type Meeting } from './meeting.ts';
import { damaged } from './test/arbitrary.ts';
import { refusal } from './test/refusal.ts';

const letters = fc.stringMatching(/^[A-Za-z0-9+/]{4,64}$/);
const meetings: fc.Arbitrary<Meeting> = fc.record({
  ufrag: letters,
  password: letters,
  fingerprint: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  candidates: fc.array(fc.constant('candidate:1 1 udp 2122252543 192.0.2.1 9 typ host'), {
    maxLength: 8,
  }),
});

describe('a meeting', () => {
  test('comes out as it went in', () => {
    fc.assert(
      fc.property(meetings, (one) => {
        expect(decodeMeeting(encodeMeeting(one))).toEqual(one);
      }),
    );
  });

  test('that was damaged is refused or decodes, and throws nothing else', () => {
    fc.assert(
      fc.property(damaged(meetings.map(encodeMeeting)), (encoded) => {
        expect(['accepted', 'malformed']).toContain(refusal(() => decodeMeeting(encoded)));
      }),
    );
  });

  test.each([
    ['a ufrag with a line of its own', { ufrag: 'abcd\r\na=x' }],
    ['a password of three letters', { password: 'abc' }],
    ['a candidate with a line of its own', { candidates: ['candidate:1\r\na=x'] }],
    ['a candidate that is none', { candidates: ['a=setup:active'] }],
  ])('with %s is malformed', (_, change) => {
    const usual = { ufrag: 'abcd', password: 'abcdefgh', fingerprint: new Uint8Array(32) };
    const wrong = { ...usual, candidates: [], ...change };
    expect(refusal(() => encodeMeeting(wrong))).toBe('malformed');
  });
});
