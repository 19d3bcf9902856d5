import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../failure.ts';
import { askServer, openControl } from './control-socket.ts';

let folder: string;
let close: () => Promise<void>;
const open = async () => {
  close = await openControl(folder, async (request) => {
    if (request.ask === 'invite') return { link: `for ${request.uses}, ${request.days} days` };
    throw new Failure('The disk is full.');
  });
};
const invite = (uses: number, days: number) => askServer(folder, { ask: 'invite', uses, days });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-control-'));
  await open();
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

test('the running server makes the invite that is asked for', async () => {
  expect(await invite(3, 7)).toEqual({ link: 'for 3, 7 days' });
});

test('what it refuses is told in its own sentence', async () => {
  await expect(askServer(folder, { ask: 'status' })).rejects.toThrow('The disk is full.');
});

test('only the owner of the folder can ask', () => {
  expect(statSync(join(folder, 'control.sock')).mode & 0o777).toBe(0o600);
});

test('without a server the sentence says so', async () => {
  await close();
  await expect(invite(1, 1)).rejects.toThrow(
    `No server runs on ${folder}: start it with polynya serve, or name its folder with --data.`,
  );
});

test('what a dead server left there does not stop the next', async () => {
  await close();
  writeFileSync(join(folder, 'control.sock'), '');
  await open();
  expect(await invite(1, 1)).toEqual({ link: 'for 1, 1 days' });
});

test.each([
  '',
  '{',
  'null',
  '{"ask":"invite","uses":0,"days":1}',
  '{"ask":"what"}',
  'x'.repeat(50_000),
])('nonsense (%.10s) makes nothing and harms nothing', async (nonsense) => {
  const socket = connect(join(folder, 'control.sock'));
  socket.on('error', () => socket.destroy());
  socket.end(nonsense);
  expect(await text(socket).catch(() => '')).toBe('');
  expect(await invite(1, 1)).toEqual({ link: 'for 1, 1 days' });
});
