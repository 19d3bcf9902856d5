import * as cborg from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import {
  call,
  down,
  firstFlight,
  firstReply,
  item,
  type Op,
  receiveCall,
  receivedFlight,
  receivedUp,
  request,
  results,
  up,
} from './requests.ts';
import type { Codec } from './schema.ts';
import { calls, cborValues, damaged, items, OPS, requestsOf, resultOf } from './test/arbitrary.ts';
import { refusal } from './test/refusal.ts';

/** The numbers on the wire: they never change. */
const NUMBERS: Readonly<Record<Op, number>> = {
  open: 1,
  append: 2,
  commit: 3,
  read: 4,
  watch: 5,
  unwatch: 6,
  signal: 7,
  create: 8,
  allow: 9,
  revoke: 10,
  stock: 11,
  take: 12,
  blob: 13,
  put: 14,
  get: 15,
  stat: 16,
  drop: 17,
  admit: 18,
  grant: 19,
  allowance: 20,
  handles: 21,
  linger: 22,
  bye: 23,
  withdraw: 24,
  endpoints: 25,
  lend: 26,
  meet: 27,
  accept: 28,
  pushKey: 29,
  subscribe: 30,
  unsubscribe: 31,
  wake: 32,
  follow: 33,
};

const ups = fc.record({ seq: fc.maxSafeNat(), calls: fc.array(calls, { maxLength: 64 }) });
const downs = fc.record({ seq: fc.maxSafeNat(), items: fc.array(items, { maxLength: 64 }) });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const versions = fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 8 });
const flights = fc.record({
  versions,
  share: exactly(32),
  calls: fc.array(calls, { maxLength: 64 }),
});
const replies = fc.record({
  version: fc.maxSafeNat(),
  versions,
  time: fc.maxSafeNat(),
  build: fc.string({ maxLength: 64 }),
  handles: fc.array(fc.record({ handle: exactly(16), token: exactly(16) }), { maxLength: 8 }),
  items: fc.array(items, { maxLength: 64 }),
});

/** Through bytes and back. */
function roundTrip<T>(codec: Codec<T>, value: T): T {
  return codec.decode(decodeCbor(encodeCbor(codec.encode(value))));
}

describe('requests and results', () => {
  it.each(OPS)('%s comes back as it was, under its number', (op) => {
    fc.assert(
      fc.property(requestsOf(op), resultOf[op], (asked, answered) => {
        expect(roundTrip(request, asked)).toEqual(asked);
        expect((request.encode(asked) as Cbor[])[0]).toBe(NUMBERS[op]);
        const codec = results[op] as Codec<unknown>;
        expect(roundTrip(codec, answered)).toEqual(answered);
      }),
      { numRuns: 40 },
    );
  });

  it('are arrays of their fields in the order given', () => {
    const log = new Uint8Array(16).fill(1);
    const secret = new Uint8Array(32).fill(2);
    const encoded = encodeCbor(call.encode({ id: 9, request: { op: 'open', n: 3, log, secret } }));
    expect(cborg.decode(encoded)).toEqual([9, [1, 3, log, secret]]);
  });

  it.each([
    ['up', up, ups],
    ['down', down, downs],
    ['a first flight', firstFlight, flights],
    ['a first reply', firstReply, replies],
  ] as [string, Codec<unknown>, fc.Arbitrary<unknown>][])(
    'what goes %s comes back as it was; damaged, it is refused or decodes, and throws nothing else',
    (_, codec, values) => {
      fc.assert(
        fc.property(values, (value) => {
          expect(roundTrip(codec, value)).toEqual(value);
        }),
        { numRuns: 50 },
      );
      const encodings = values.map((value) => encodeCbor(codec.encode(value)));
      fc.assert(
        fc.property(damaged(encodings), (bytes) => {
          const outcome = refusal(() => codec.decode(decodeCbor(bytes)));
          expect(['accepted', 'malformed']).toContain(outcome);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('take no value of another shape', () => {
    const codecs = [
      request,
      call,
      item,
      up,
      down,
      firstFlight,
      firstReply,
      ...Object.values(results),
    ];
    const shapes: Cbor[] = [
      null,
      0,
      'a',
      ['a'],
      [null, null],
      [[[0]]],
      new Map(),
      new Uint8Array(16),
    ];
    for (const codec of codecs as Codec<unknown>[]) {
      for (const shape of shapes) {
        expect(refusal(() => codec.decode(shape))).toBe('malformed');
      }
    }
  });

  it('have neither a field more nor one less', () => {
    fc.assert(
      fc.property(calls, (value) => {
        const [id, fields] = call.encode(value) as [number, Cbor[]];
        expect(refusal(() => call.decode([id, [...fields, null]]))).toBe('malformed');
        expect(refusal(() => call.decode([id, fields.slice(0, -1)]))).toBe('malformed');
        expect(refusal(() => call.decode([id, fields, null]))).toBe('malformed');
      }),
    );
  });
});

describe('a call as a server takes it', () => {
  it('is the call that was sent, in whatever envelope', () => {
    fc.assert(
      fc.property(ups, flights, (sent, flight) => {
        const taken = receivedUp.decode(decodeCbor(encodeCbor(up.encode(sent))));
        expect(taken.seq).toBe(sent.seq);
        expect(taken.calls.map(receiveCall)).toEqual(sent.calls);
        const first = receivedFlight.decode(decodeCbor(encodeCbor(firstFlight.encode(flight))));
        expect(first.calls.map(receiveCall)).toEqual(flight.calls);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['an unknown request', [7, [99, 1]]],
    ['a request with a field more', [7, [5, 1, 0]]],
    ['a request with a field past its limit', [7, [22, 60_001]]],
    ['a request that is no array', [7, null]],
    ['a call with a field more', [7, [5, 1], 0]],
    ['a call without a request', [7]],
  ] as [string, Cbor][])('keeps its id when it is %s', (_, cbor) => {
    expect(receiveCall(cbor)).toEqual({ id: 7, request: null });
  });

  it.each([[[]], [[-1, [5, 1]]], [['7', [5, 1]]], [null], [7], [new Map()]] as [Cbor][])(
    'is nothing when its id cannot be read: %j',
    (cbor) => {
      expect(receiveCall(cbor)).toBeNull();
    },
  );

  it('throws nothing, whatever it is', () => {
    fc.assert(fc.property(cborValues, (cbor) => void receiveCall(cbor)));
  });
});
