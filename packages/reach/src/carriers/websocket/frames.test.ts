/** RFC 6455 section 5, and what it costs who breaks it. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeAnswer, FrameError, FrameReader, frameOf, OPCODES } from './frames.ts';

const MOST = 70_000;

/** As a client sends it. */
function masked(first: number, payload: Uint8Array, mask: Uint8Array): Buffer {
  const frame = frameOf(first & 15, payload);
  const head = frame.length - payload.length;
  frame[0] = first;
  frame[1] = (frame[1] as number) | 0x80;
  const hidden = payload.map((byte, i) => byte ^ (mask[i & 3] as number));
  return Buffer.concat([frame.subarray(0, head), mask, hidden]);
}

const MASK = Uint8Array.of(1, 2, 3, 4);
const FIN = 0x80;
const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);

/** What comes out of `bytes`, cut at these places. */
function read(bytes: Buffer, cuts: readonly number[] = []): { opcode: number; said: string }[] {
  const reader = new FrameReader(MOST);
  const messages: { opcode: number; said: string }[] = [];
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (const [i, place] of places.slice(1).entries()) {
    reader.read(Buffer.from(bytes.subarray(places[i], place)), {
      take: (opcode, payload) => {
        messages.push({ opcode, said: payload.toString('latin1') });
      },
    });
  }
  return messages;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const message = fc.record({
  pieces: fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 3 }),
  mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  /** Says something in between. */
  pings: fc.boolean(),
});

test('messages come out whole and in order, however they are put into frames and however those are cut', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 5 }),
      fc.array(fc.nat(2_000), { maxLength: 8 }),
      (messages, places) => {
        const frames: Buffer[] = [];
        const expected: { opcode: number; said: string }[] = [];
        for (const { pieces, mask, pings } of messages) {
          for (const [i, piece] of pieces.entries()) {
            const last = i === pieces.length - 1 ? FIN : 0;
            const opcode = i === 0 ? OPCODES.binary : OPCODES.continuation;
            frames.push(masked(last | opcode, piece, mask));
            if (!pings) continue;
            frames.push(masked(FIN | OPCODES.ping, text('there?'), mask));
            if (last === 0) expected.push({ opcode: OPCODES.ping, said: 'there?' });
          }
          expected.push({ opcode: OPCODES.binary, said: pieces.map(latin1).join('') });
          if (pings) expected.push({ opcode: OPCODES.ping, said: 'there?' });
        }
        const bytes = Buffer.concat(frames);
        const cuts = places.filter((place) => place < bytes.length);
        expect(read(bytes, cuts)).toEqual(expected);
      },
    ),
    { numRuns: 100 },
  );
});

test('lengths of two and of eight bytes are read, up to the most', () => {
  for (const length of [125, 126, 65_535, 65_536, MOST]) {
    const [only] = read(masked(FIN | OPCODES.binary, new Uint8Array(length).fill(7), MASK));
    expect(only?.said.length).toBe(length);
  }
});

const broken: readonly (readonly [string, number, Buffer])[] = [
  ['without a mask', 1002, frameOf(OPCODES.binary, text('a'))],
  ['with a reserved bit', 1002, masked(FIN | 0x40 | OPCODES.binary, text('a'), MASK)],
  ['with an opcode that is none', 1002, masked(FIN | 3, text('a'), MASK)],
  ['with a control opcode that is none', 1002, masked(FIN | 11, text('a'), MASK)],
  ['that goes on what did not begin', 1002, masked(FIN, text('a'), MASK)],
  ['of control in parts', 1002, masked(OPCODES.ping, text('a'), MASK)],
  ['of control that is long', 1002, masked(FIN | OPCODES.ping, new Uint8Array(126), MASK)],
  ['that is too long', 1009, masked(FIN | OPCODES.binary, new Uint8Array(MOST + 1), MASK)],
  [
    'that makes its message too long',
    1009,
    Buffer.concat([
      masked(OPCODES.binary, new Uint8Array(MOST), MASK),
      masked(FIN, text('a'), MASK),
    ]),
  ],
  [
    'that begins while another goes on',
    1002,
    Buffer.concat([
      masked(OPCODES.binary, text('a'), MASK),
      masked(FIN | OPCODES.binary, text('b'), MASK),
    ]),
  ],
];

test.each(broken)('a frame %s ends the connection with %i', (_, status, frame) => {
  expect(() => read(frame)).toThrow(FrameError);
  expect(() => read(frame)).toThrow(String(status));
});

test('what came before a broken frame is handed over', () => {
  const heard: string[] = [];
  const bytes = Buffer.concat([
    masked(FIN | OPCODES.binary, text('first'), MASK),
    frameOf(OPCODES.binary, text('unmasked')),
  ]);
  const taker = { take: (_: number, payload: Buffer) => void heard.push(payload.toString()) };
  expect(() => new FrameReader(MOST).read(bytes, taker)).toThrow(FrameError);
  expect(heard).toEqual(['first']);
});

test('what is said in between counts as nothing of a message that is nearly as long as one may be', () => {
  const frames = [
    masked(OPCODES.binary, new Uint8Array(MOST - 1), MASK),
    masked(FIN | OPCODES.ping, text('there?'), MASK),
    masked(FIN, text('a'), MASK),
  ];
  expect(read(Buffer.concat(frames)).map(({ said }) => said.length)).toEqual([6, MOST]);
});

test.each([
  [undefined, []],
  [1000, [0x03, 0xe8]],
  [4999, [0x13, 0x87, 0x61]],
  [1002, [0x03]],
  [1002, [0x03, 0xe7]],
  [1002, [0x03, 0xee]],
  [1002, [0xff, 0xff]],
])('a close is answered by %j where its payload is %j', (status, payload) => {
  expect(closeAnswer(Buffer.from(payload))).toBe(status);
});
