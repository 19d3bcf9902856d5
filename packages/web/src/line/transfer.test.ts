/** What comes of a long file, and how fast, by how long its pieces take. */
import { expect, test } from 'vitest';
import { transferOf } from './transfer.ts';

/** A file of so many bytes over a line that takes so long for a piece; `null`: it never comes. */
async function transfer(length: number, ms: (from: number, size: number) => number | null) {
  let now = 0;
  return transferOf('https://page.example/main.js', {
    ...{ patience: 20, steady: () => now },
    async fetch(_, { headers, signal }) {
      const { range } = headers as { range: string };
      const [, from = 0, to = 0] = (/^bytes=(\d+)-(\d+)$/.exec(range) ?? []).map(Number);
      const took = ms(from, to + 1 - from);
      if (took === null) {
        return new Promise<never>((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
      }
      now += took;
      if (from >= length) return new Response(null, { status: 416 });
      return new Response(new Uint8Array(Math.min(length, to + 1) - from));
    },
  });
}

test('the rate is that behind a burst which passes untouched', async () => {
  const dropped = (from: number, size: number) => 10 + Math.max(0, from + size - 32_000) / 16;
  const { bitsPerSecond, stalled } = (await transfer(97_000, dropped)) ?? {};
  expect(stalled).toBe(false);
  expect(bitsPerSecond).toBeLessThan(256_000);
});

test('a quick line is asked for little often and much seldom, and its rate is told', async () => {
  let asked = 0;
  const quick = (_: number, size: number) => {
    asked++;
    return 20 + size / 1_000;
  };
  expect((await transfer(97_000, quick))?.bitsPerSecond).toBeGreaterThan(1_000_000);
  expect(asked).toBeLessThan(8);
});

test('little that was soon over says nothing of the rate', async () => {
  expect((await transfer(9_000, () => 100))?.bitsPerSecond).toBeNull();
});

test('a line that trickles is measured by what comes while a person waits', async () => {
  const trickle = await transfer(97_000, (_, size) => size / 0.7);
  expect(trickle).toMatchObject({ stalled: false });
  expect(Math.round((trickle?.bitsPerSecond ?? 0) / 100)).toBe(56);
});

test('a file that stops has stalled behind what came', async () => {
  const frozen = (from: number, size: number) => (from + size > 14_000 ? null : 10);
  expect(await transfer(97_000, frozen)).toEqual({
    ...{ bytes: 6_144, bitsPerSecond: null, stalled: true },
  });
});

test('a connection that was frozen before says nothing of the next; two that bring nothing do', async () => {
  let asked = 0;
  const old = (from: number) => (from === 0 && asked++ === 0 ? null : 10);
  expect(await transfer(97_000, old)).toMatchObject({ bytes: 97_000, stalled: false });
  expect(await transfer(97_000, () => null)).toMatchObject({ bytes: 0, stalled: true });
});
