/** What comes of a long file, and how fast, by what arrives when. */
import { expect, test } from 'vitest';
import { transferOf } from './transfer.ts';

type Part = readonly [bytes: number, ms: number];

/** Answers in turn, each in parts: so many bytes after so many ms, and then its end or, with `silent`, nothing more. */
async function transfer(...answers: readonly { parts: readonly Part[]; silent?: true }[]) {
  let now = 0;
  const asked = [...answers];
  return transferOf('https://page.example/main.js', {
    ...{ patience: 20, steady: () => now },
    async fetch(_, { signal }) {
      const { parts, silent } = asked.shift() ?? { parts: [], silent: true };
      const left = [...parts];
      const pull = (stream: ReadableStreamDefaultController<Uint8Array>) => {
        const [bytes, ms] = left.shift() ?? [0, 0];
        now += ms;
        if (bytes > 0) return stream.enqueue(new Uint8Array(bytes));
        if (!silent) return stream.close();
        return new Promise<void>((resolve) => {
          signal?.addEventListener('abort', () => {
            stream.error(signal.reason);
            resolve();
          });
        });
      };
      return new Response(new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 }));
    },
  });
}

const repeated = (times: number, part: Part) => Array.from({ length: times }, () => part);

test('the rate is that behind a burst which passes untouched', async () => {
  const parts: Part[] = [[40_000, 10], ...repeated(5, [10_000, 625])];
  expect(await transfer({ parts })).toEqual({
    ...{ bytes: 90_000, bitsPerSecond: 128_000, stalled: false },
  });
});

test('little that was soon over says nothing of the rate, little that took long does', async () => {
  expect((await transfer({ parts: [[9_000, 100]] }))?.bitsPerSecond).toBeNull();
  expect((await transfer({ parts: [[1_000, 6_000]] }))?.bitsPerSecond).toBeCloseTo(1_333, 0);
});

test('what a page hears of all at once is measured by how long all of it took', async () => {
  expect((await transfer({ parts: [[96_000, 6_000]] })).bitsPerSecond).toBe(128_000);
});

test('a line that trickles is measured by what comes while a person waits', async () => {
  const trickle = await transfer({ parts: repeated(90, [1_000, 1_400]) });
  expect(trickle.stalled).toBe(false);
  expect(Math.round(trickle.bitsPerSecond ?? 0)).toBe(5_714);
  expect(trickle.bytes).toBeLessThan(12_000);
});

test('a file that stops has stalled behind what came', async () => {
  expect(await transfer({ parts: [[14_000, 10]], silent: true })).toEqual({
    ...{ bytes: 14_000, bitsPerSecond: null, stalled: true },
  });
});

test('a connection that was frozen before says nothing of the next; two that bring nothing do', async () => {
  const frozen = { parts: [], silent: true } as const;
  const whole = { parts: repeated(9, [10_000, 1]) };
  expect(await transfer(frozen, whole)).toMatchObject({ bytes: 90_000, stalled: false });
  expect(await transfer(frozen, frozen)).toMatchObject({ bytes: 0, stalled: true });
});

test('what cannot be asked for says so', async () => {
  const fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  const ports = { fetch, patience: 20, steady: () => 0 };
  await expect(transferOf('https://page.example/', ports)).rejects.toThrow('Failed');
});
