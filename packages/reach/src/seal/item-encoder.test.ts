import { concatAll } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import { type Item, item as itemCodec } from '@polynya/protocol/requests';
import { expect, test } from 'vitest';
import { ItemEncoder } from './item-encoder.ts';

const bytes = (length: number) => new Uint8Array(length).fill(7);
const entries = [
  { seq: 300, kind: 0, epoch: 3, id: bytes(16), body: bytes(200), turn: null },
  {
    seq: 301,
    kind: 1,
    epoch: 3,
    id: bytes(16),
    body: bytes(0),
    turn: { closes: true, next: bytes(32) },
  },
];
const items: Item[] = [
  { item: 'push', n: 1, entries },
  { item: 'push', n: 70_000, entries },
  { item: 'push', n: 1, entries: [] },
  { item: 'answer', id: 9, value: [1, [2], null] },
  { item: 'refusal', id: 9, code: 3, retryAfter: 70_000, note: 'why' },
  { item: 'nudge', n: 1, head: 5_000_000_000 },
  { item: 'signal', n: 24, body: bytes(9) },
];

test('every item is encoded as its codec says, also where a push shares its entries with another', () => {
  const encoder = new ItemEncoder();
  for (const item of [...items, ...items]) {
    expect(concatAll(encoder.encode(item))).toEqual(encodeCbor(itemCodec.encode(item)));
  }
});

test('a push whose entries do not hold the limits is refused, like any item', () => {
  const tooMany = Array.from({ length: 65 }, () => entries[0] as (typeof entries)[0]);
  expect(() => new ItemEncoder().encode({ item: 'push', n: 1, entries: tooMany })).toThrow();
});
