import type { Entry, Result } from '@polynya/protocol/requests';
import { expect, test } from 'vitest';
import { LogFeed } from './log-feed.ts';

const entry = (seq: number): Entry => ({
  seq,
  kind: 0,
  epoch: 0,
  id: new Uint8Array(16).fill(seq),
  body: new Uint8Array([seq]),
  turn: null,
});

/** A feed from seq 1 on, what it handed over, and its reads, which wait to be answered. */
function feed() {
  const heard: number[] = [];
  const reads: { from: number; answer: (entries: Entry[], head?: number) => void }[] = [];
  const read = (from: number) =>
    new Promise<Result<'read'>>((resolve) => {
      const answer = (entries: Entry[], head = entries.at(-1)?.seq ?? from - 1) =>
        resolve({ entries, head, first: 1 });
      reads.push({ from, answer });
    });
  const entries = (batch: readonly Entry[]) => void heard.push(...batch.map(({ seq }) => seq));
  return { feed: new LogFeed({ entries }, 1, read), heard, reads };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what is pushed while a read finds nothing is handed over at once, not with the next news', async () => {
  const { feed: log, heard, reads } = feed();
  // As after a closing Commit: how far the log goes is not known, only that there may be more.
  log.headIs(Number.MAX_SAFE_INTEGER);
  reads[0]?.answer([entry(1)]);
  await settled();
  // The server answers the second read before the append, and pushes that with the answer.
  reads[1]?.answer([]);
  log.push([entry(2)]);
  await settled();
  expect(heard).toEqual([1, 2]);
});

test('a head that is told while a read finds nothing is read up to', async () => {
  const { feed: log, heard, reads } = feed();
  log.headIs(Number.MAX_SAFE_INTEGER);
  reads[0]?.answer([]);
  log.headIs(1);
  await settled();
  reads[1]?.answer([entry(1)]);
  await settled();
  expect(heard).toEqual([1]);
});

test('a log that shows less than its head is asked once, and again with the next news', async () => {
  const { feed: log, heard, reads } = feed();
  log.headIs(3);
  reads[0]?.answer([]);
  await settled();
  expect(reads.length).toBe(1);
  log.headIs(3);
  reads[1]?.answer([entry(1), entry(2), entry(3)]);
  await settled();
  expect(reads.length).toBe(2);
  expect(heard).toEqual([1, 2, 3]);
});
