import type { Entry, NewEntry } from '@polynya/protocol/requests';
import { expect, test } from 'vitest';
import { OwnBodies } from './own-bodies.ts';

const mine = (n: number, bytes = 3): NewEntry => ({
  id: new Uint8Array(16).fill(n),
  epoch: 7,
  body: new Uint8Array(bytes).fill(n),
});
const inLog = (entry: NewEntry, seq: number): Entry => ({ ...entry, seq, kind: 0, turn: null });
const bodiless = (entry: Entry): Entry => ({ ...entry, body: new Uint8Array(0) });

test('an entry that is pushed without its body is made whole by what was sent', () => {
  const own = new OwnBodies();
  own.keep([mine(1), mine(2)]);
  const log = [inLog(mine(1), 4), inLog(mine(9), 5), inLog(mine(2), 6)];
  const [first, other, second] = log as [Entry, Entry, Entry];
  expect(own.fill([bodiless(first), other, bodiless(second)])).toEqual(log);
});

test('what is not ours to make whole, and what comes behind it, is left to be read', () => {
  const own = new OwnBodies();
  own.keep([mine(2)]);
  const log = [inLog(mine(9), 1), inLog(mine(1), 2), inLog(mine(2), 3)];
  const [other, unknown, second] = log as [Entry, Entry, Entry];
  expect(own.fill([other, bodiless(unknown), bodiless(second)])).toEqual([other]);
});

test('what was sent twice is one', () => {
  const own = new OwnBodies();
  own.keep([mine(1)]);
  own.keep([mine(1)]);
  const pushed = bodiless(inLog(mine(1), 1));
  expect(own.fill([pushed])).toEqual([inLog(mine(1), 1)]);
  expect(own.fill([pushed])).toEqual([]);
});

test('what was never pushed gives way to what was sent later', () => {
  const own = new OwnBodies();
  const many = Array.from({ length: 65 }, (_, i) => mine(i));
  own.keep(many);
  const pushed = many.map((entry, i) => inLog(entry, i));
  const [eldest, ...others] = pushed as [Entry, ...Entry[]];
  expect(own.fill([bodiless(eldest)])).toEqual([]);
  expect(own.fill(others.map(bodiless))).toEqual(others);
  const large = Array.from({ length: 17 }, (_, i) => mine(i, 65_536));
  own.keep(large);
  const [first, second] = large.map((entry, i) => inLog(entry, i)) as [Entry, Entry];
  expect(own.fill([bodiless(first)])).toEqual([]);
  expect(own.fill([bodiless(second)])).toEqual([second]);
});
