/** The board over programs that answer as labs do: what breaks off fails its own scenario and no other. */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { inOrder, type Row, rowWithout, told } from './board/row.ts';
import { runLanes } from './lanes.ts';
import { scenarios } from './scenarios.ts';

const board = scenarios.slice(0, 5);
const names = board.map(({ name, variant }) => `${name}/${variant}`);

/** Answers each name by a row without anything but the name, and dies at one, breaks off at another. */
const LAB = `
const [dies, breaks] = process.argv.slice(1);
require('node:readline').createInterface({ input: process.stdin }).on('line', (wanted) => {
  if (wanted === dies) process.exit(1);
  const [scenario, variant] = wanted.split('/');
  const row = { scenario, variant, side: 'naive', why: null };
  console.log(JSON.stringify(wanted === breaks ? { broke: 'no line' } : { rows: [row] }));
});`;

test('each scenario has its row, though one lab dies and another breaks off', async () => {
  const [, dies = '', , breaks = ''] = names;
  let started = 0;
  const come: Row[] = [];
  await runLanes({
    scenarios: board,
    sides: ['naive'],
    lanes: 2,
    start: () => {
      started++;
      return spawn(process.execPath, ['-e', LAB, dies, breaks]);
    },
    onRows: (rows) => come.push(...rows),
  });
  const rows = inOrder(come, scenarios);
  expect(rows.map(({ scenario, variant }) => `${scenario}/${variant}`)).toEqual(names);
  const why = rows.map((row) => row.why);
  expect(why[1]).toMatch(/^the lab broke off/);
  expect(why[3]).toBe('the lab broke off: no line');
  expect(why.filter((reason) => reason === null)).toHaveLength(3);
  expect(started).toBeLessThanOrEqual(4);
});

test('a row for programs has these fields and no others', () => {
  const [scenario] = board;
  if (!scenario) throw new Error('no scenarios');
  expect(Object.keys(told(rowWithout(scenario, 'polynya', 'it is late'))).sort()).toEqual(
    [
      ...['scenario', 'variant', 'side', 'expectNaive', 'passed'],
      ...['seconds', 'bytes', 'carrier', 'host', 'diagnosis', 'expected'],
    ].sort(),
  );
});
