import type { AppStatus } from '@polynya/messenger/api';
import { expect, test } from 'vitest';
import { statusLines } from './doctor.ts';

const fine: AppStatus = {
  me: { person: 'ab', name: 'Anna', tag: 'ab12' },
  line: 'online',
  syncing: false,
  sending: 0,
  clockOff: null,
  storageFull: false,
  build: '',
  outdated: false,
  way: null,
  endpoints: [],
  unread: 0,
  removed: null,
  near: 0,
};

test('a wrong clock is told with the way in which it is wrong', () => {
  expect(statusLines(fine)).toContain('Clock: right.');
  expect(statusLines({ ...fine, clockOff: 7_200_000 })).toContain(
    "Clock: 2 hours ahead of the server's; set it right.",
  );
  expect(statusLines({ ...fine, clockOff: -7_200_000 })).toContain(
    "Clock: 2 hours behind the server's; set it right.",
  );
});
