import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askForInvite, openControl } from './control-socket.ts';

let folder: string;
let close: () => Promise<void>;
const open = async () => {
  close = await openControl(folder, async ({ uses, days }) => `link for ${uses}, ${days} days`);
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-control-'));
  await open();
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

test('the running server makes the invite that is asked for', async () => {
  expect(await askForInvite(folder, { uses: 3, days: 7 })).toBe('link for 3, 7 days');
});

test('only the owner of the folder can ask', () => {
  expect(statSync(join(folder, 'control.sock')).mode & 0o777).toBe(0o600);
});

test('without a server the sentence says so', async () => {
  await close();
  await expect(askForInvite(folder, { uses: 1, days: 1 })).rejects.toThrow(
    `No server runs on ${folder}: start it with polynya serve, or name its folder with --data.`,
  );
});

test('what a dead server left there does not stop the next', async () => {
  await close();
  writeFileSync(join(folder, 'control.sock'), '');
  await open();
  expect(await askForInvite(folder, { uses: 1, days: 1 })).toMatch('link');
});

test.each(['', '{', 'null', '{"uses":0,"days":1}', `${'x'.repeat(5_000)}`])(
  'nonsense (%.10s) makes nothing and harms nothing',
  async (nonsense) => {
    const socket = connect(join(folder, 'control.sock'));
    socket.on('error', () => socket.destroy());
    socket.end(nonsense);
    expect(await text(socket).catch(() => '')).toBe('');
    expect(await askForInvite(folder, { uses: 1, days: 1 })).toMatch('link');
  },
);
