import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openStream, StreamError, sealStream } from './sealed-stream.ts';

const KEY = new Uint8Array(32).fill(7);
const HEADER = Buffer.from('header');

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const all = async (stream: AsyncIterable<Uint8Array>) => {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};
const seal = (bytes: Uint8Array, size = 1_000) =>
  all(sealStream(KEY, HEADER, inParts(bytes, size)));
const open = (bytes: Uint8Array, size = 1_000, header: Uint8Array = HEADER) =>
  all(openStream(KEY, header, inParts(bytes, size)));
const bytesOf = (length: number) => Buffer.from(Array.from({ length }, (_, i) => i % 251));

test('what was sealed is opened again, however both sides were cut into parts', async () => {
  const length = fc.oneof(fc.nat(300), fc.constantFrom(65_535, 65_536, 65_537, 131_072, 140_000));
  const part = fc.integer({ min: 500, max: 200_000 });
  await fc.assert(
    fc.asyncProperty(length, part, part, async (size, one, other) => {
      const plain = bytesOf(size);
      expect(await open(await seal(plain, one), other)).toEqual(plain);
    }),
    { numRuns: 30 },
  );
});

test('a byte changed, a piece cut off, doubled or swapped, another header: nothing of it opens', async () => {
  const sealed = await seal(bytesOf(140_000));
  const piece = 65_552;
  const [first, second, third] = [0, 1, 2].map((i) => sealed.subarray(i * piece, (i + 1) * piece));
  const join = (...parts: (Uint8Array | undefined)[]) =>
    Buffer.concat(parts.map((part) => part ?? new Uint8Array(0)));
  const changed = Buffer.from(sealed);
  changed[70_000] = (changed[70_000] ?? 0) ^ 1;
  const wrong = [
    changed,
    sealed.subarray(0, -1),
    join(first, second),
    join(first, third),
    join(second, first, third),
    join(first, first, second, third),
    new Uint8Array(0),
  ];
  for (const one of wrong) await expect(open(one)).rejects.toThrow(StreamError);
  await expect(open(sealed, 1_000, Buffer.from('other'))).rejects.toThrow(StreamError);
});
