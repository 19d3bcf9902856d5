import { Notes } from '@polynya/messenger/line/diagnosis';
import { expect, test } from 'vitest';
import { look } from './look.ts';

const ALONE = { home: [], abroad: [] };

test('a port at which nobody is expected is asked of a server that shows itself, and never of one that passes for a web site', async () => {
  const notes = new Notes();
  const shown = await look(['http://127.0.0.1:1/s'], ALONE, notes);
  expect(shown.server).toMatchObject([{ tcp: 'refused', otherPort: 'refused' }]);
  expect(notes.all.map(({ port }) => port)).toEqual([1, 9]);
  const quiet = new Notes();
  const endpoints = ['http://127.0.0.1:1/abcdefghijklmnopqrstuv/s', 'stun:127.0.0.1:1'];
  const hidden = await look(endpoints, ALONE, quiet);
  expect(hidden.server).toMatchObject([{ tcp: 'refused', otherPort: null }]);
  expect(quiet.all.map(({ kind, port }) => [kind, port])).toEqual([['tcp', 1]]);
});
