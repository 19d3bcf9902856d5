/** The judge of the fault tests is shown what a bad server would do. */
import type { Entry, NewEntry } from '@polynya/protocol/requests';
import { beforeEach, expect, test } from 'vitest';
import { History } from './history.ts';
import { entry, secret } from './ids.ts';

const GOOD = { acknowledged: 5, lost: 0, duplicated: 0, disordered: 0 };

let history: History;
let sent: NewEntry[];
let log: Entry[];
let heard: (entries: readonly Entry[]) => void;

/** Two messages, a Commit that closes, two messages: all told, all heard. */
beforeEach(() => {
  history = new History();
  const turn = { closes: true, next: secret() };
  sent = [entry(0, 'a'), entry(0, 'b'), entry(0, 'commit'), entry(1, 'c'), entry(1, 'd')];
  log = sent.map((one, i) => ({
    ...one,
    seq: i + 1,
    kind: i === 2 ? 1 : 0,
    turn: i === 2 ? turn : null,
  }));
  for (const [i, one] of sent.entries()) {
    history.sends([one], i === 2 ? turn : null);
    history.told([one], [i + 1]);
  }
  heard = history.watch();
});

const at = (i: number): Entry => log[i] as Entry;

test('a history that is true of the log is good, also if answers came twice and watches left something out', () => {
  history.told(sent, [1, 2, 3, 4, 5]);
  heard([at(0), at(3), { ...at(4), body: new Uint8Array(0) }]);
  expect(history.judge(log)).toEqual(GOOD);
});

test('what was acknowledged and is not there is lost, at the end of the log or inside', () => {
  expect(history.judge(log.slice(0, 3))).toEqual({ ...GOOD, lost: 2 });
  const without = log.toSpliced(1, 1).map((one, i) => ({ ...one, seq: i + 1 }));
  expect(history.judge(without)).toMatchObject({ lost: 1, disordered: 3 });
});

test('an entry that is there twice is duplicated, and so is one that a watch gives twice', () => {
  expect(history.judge([...log, { ...at(4), seq: 6 }])).toEqual({ ...GOOD, duplicated: 1 });
  heard([at(0), at(1), at(1)]);
  expect(history.judge(log)).toEqual({ ...GOOD, duplicated: 1 });
});

test('an entry elsewhere than it was said to be, or given out of order, is disordered', () => {
  const swapped = [at(1), at(0), ...log.slice(2)].map((one, i) => ({ ...one, seq: i + 1 }));
  expect(history.judge(swapped)).toEqual({ ...GOOD, disordered: 2 });
  heard([at(1), at(0)]);
  expect(history.judge(log)).toEqual({ ...GOOD, disordered: 1 });
});

test('what nobody sent, or not so, is disordered, in the log and in a watch', () => {
  const forged = { ...entry(1, 'forged'), seq: 6, kind: 0, turn: null };
  expect(history.judge([...log, forged])).toEqual({ ...GOOD, disordered: 1 });
  const changed = log.with(0, { ...at(0), body: secret() });
  expect(history.judge(changed)).toEqual({ ...GOOD, disordered: 1 });
  heard([{ ...at(0), body: secret() }]);
  expect(history.judge(log)).toEqual({ ...GOOD, disordered: 1 });
});

test('gaps, forked Commits and entries of a closed epoch are disordered', () => {
  expect(history.judge(log.with(4, { ...at(4), seq: 7 })).disordered).toBe(2);
  for (const epoch of [0, 2]) {
    const late = entry(epoch, 'late');
    history.sends([late]);
    const more = { ...late, seq: 6, kind: 0, turn: null };
    expect(history.judge([...log, more])).toEqual({ ...GOOD, disordered: 1 });
  }
  const fork = entry(0, 'fork');
  const turn = { closes: false, next: secret() };
  history.sends([fork], turn);
  const forked = [...log, { ...fork, seq: 6, kind: 1, turn }];
  expect(history.judge(forked)).toEqual({ ...GOOD, disordered: 1 });
});
