/** Whoever reads a log late keeps an epoch as long as whoever reads at once: from when it left it, by its own clock. */
import { expect, test } from 'vitest';
import type { Group } from '../engine.ts';
import { PAST } from './limits.ts';
import {
  anyCommit,
  assemble,
  commitEntry,
  DAY,
  now,
  openMessage,
  recordsOf,
  refusal,
  rehearsalEngine,
  utf8,
} from './rehearsal.ts';

test.each([
  ['long ago', now() - 30 * DAY],
  ['nobody knows when', null],
])('messages of an epoch that a Commit ended %s open one after another', async (_when, time) => {
  let [ann, ben] = (await assemble(rehearsalEngine(), ['ann', 'ben'])) as [Group, Group];
  const { epoch } = ann;
  const bodies: Uint8Array[] = [];
  for (const text of ['one', 'two', 'three']) {
    const { group, body } = await ann.seal(utf8(text));
    ann = group;
    bodies.push(body);
  }
  const entry = { ...commitEntry(epoch, await ann.commit({})), time };
  ben = (await ben.open(entry, anyCommit)).group;
  for (const body of bodies) ben = (await openMessage(ben, body, epoch)).group;
  expect(ben.epoch).toBe(epoch + 1);
});

test('an epoch is forgotten when it has been over for long by the own clock, whatever a Commit’s time was', async () => {
  let [ann, ben] = (await assemble(rehearsalEngine(), ['ann', 'ben'])) as [Group, Group];
  const { epoch } = ann;
  const first = await ann.seal(utf8('one'));
  const second = await first.group.seal(utf8('two'));
  ann = second.group;
  const staged = await ann.commit({});
  const entry = { ...commitEntry(epoch, staged), time: now() + 300 * DAY };
  ben = (await ben.open(entry, anyCommit)).group;
  const later = rehearsalEngine(() => now() + PAST.seconds + DAY).restore(recordsOf(ben));
  const fresh = await staged.group.seal(utf8('of the new epoch'));
  const { group } = await openMessage(later, fresh.body);
  expect(await refusal(() => openMessage(group, first.body, epoch))).toBe('epoch-gone');
});
