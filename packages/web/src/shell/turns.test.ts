import { sharedOpenings } from '@polynya/messenger/line/shared-openings';
import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

/** A browser's cache, as far as it is asked for anything here. */
function memory() {
  const kept = new Map<string, Response>();
  const cache = {
    keys: () => Promise.resolve([...kept.keys()]),
    match: (key: string) => Promise.resolve(kept.get(key)?.clone()),
    delete: (key: string) => Promise.resolve(kept.delete(key)),
    put: async (key: string, value: Response) => void kept.set(key, value),
  };
  return () => ({ open: () => Promise.resolve(cache as unknown as Cache) });
}

test('so many connections to a host are made at once, the next when the first is a minute old', async () => {
  let now = 0;
  const turns = new Turns(await sharedOpenings(memory()), 4, () => now);
  for (now of [0, 1_000, 2_000, 3_000]) {
    expect(turns.wait('a', false)).toBe(0);
    turns.take('a');
  }
  now = 4_000;
  expect(turns.wait('a', false)).toBe(61_000);
  expect(turns.wait('b', false)).toBe(0);
  now = 65_000;
  expect(turns.wait('a', false)).toBe(0);
});

test('what others of this browser make counts, made while we run or before we started', async () => {
  const caches = memory();
  const now = () => 2_000;
  const loader = await sharedOpenings(caches, '', now);
  const turns = new Turns(loader, 4, () => 1_000);
  for (let each = 0; each < 2; each++) turns.take('a');
  const engine = await sharedOpenings(caches, '', now);
  expect(engine.recent('a', 2_000)).toEqual([1_000, 1_000]);
  for (let each = 0; each < 2; each++) engine.note('a', 3_000);
  await expect.poll(() => turns.wait('a', false), { timeout: 60_000 }).toBe(65_000);
});

test('two that write at the same time lose nothing of each other, and what counts no more is thrown away', async () => {
  const caches = memory();
  let at = 1_000;
  const now = () => at;
  const both = [await sharedOpenings(caches, '', now), await sharedOpenings(caches, '', now)];
  for (const each of [...both, ...both]) each.note('a', at);
  const next = await sharedOpenings(caches, '', now);
  expect(next.recent('a', at)).toHaveLength(4);
  at = 70_000;
  expect((await sharedOpenings(caches, '', now)).all).toEqual([]);
  expect(await (await caches().open()).keys()).toEqual([]);
});

test('what cannot be read is thrown away, and takes nothing of what others made with it', async () => {
  const caches = memory();
  const now = () => 1_000;
  await (await caches().open()).put('/openings/damaged', new Response('[{"ho'));
  (await sharedOpenings(caches, '', now)).note('a', 1_000);
  expect((await sharedOpenings(caches, '', now)).recent('a', 1_000)).toEqual([1_000]);
  expect(await (await caches().open()).keys()).toHaveLength(1);
});

test('where the browser keeps nothing there is an account all the same', async () => {
  const openings = await sharedOpenings(() => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  });
  openings.note('a', 5);
  expect(openings.recent('a', 6)).toEqual([5]);
  expect(openings.recent('a', 70_000)).toEqual([]);
  expect(openings.recent('a', -70_000)).toEqual([]);
});

test('of the page’s own host the browser’s share is left to it, unless there is no other', async () => {
  const turns = new Turns(await sharedOpenings(memory(), 'own'), 3, () => 0);
  turns.take('own');
  turns.take('other');
  expect(turns.wait('own', false)).toBeGreaterThan(0);
  expect(turns.wait('own', true)).toBe(0);
  expect(turns.wait('other', false)).toBe(0);
});
