/** Which releases are taken: as a server signs them, verified as a browser does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadReleaseKey, signedRelease } from '@polynya/server/http/release';
import { publicPoint } from '@polynya/server/kept/p256-key';
import { afterAll, expect, test } from 'vitest';
import { opened, type SignedRelease } from './release.ts';

const folders: string[] = [];
function newKey() {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-release-'));
  folders.push(folder);
  return loadReleaseKey(folder);
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const key = newKey();
const pinned = publicPoint(key);
const built = { serial: 100, version: '1', notes: {}, parts: [{ id: 'x', gzip: 1, files: [] }] };
const signed = (release: object, by = key) =>
  JSON.parse(
    String(signedRelease(Buffer.from(JSON.stringify(release)), { a: 'b' }, by)),
  ) as SignedRelease;

test('one that the known key signed is opened, with the headers that its files get', async () => {
  expect(await opened(signed(built), pinned, 100)).toEqual({ ...built, headers: { a: 'b' } });
});

test('one of another key is refused, also under the name of the known one', async () => {
  const other = signed(built, newKey());
  expect(await opened(other, pinned, 0)).toBe('other-key');
  expect(await opened({ ...other, key: pinned }, pinned, 0)).toBe('bad-signature');
});

test('one that was changed after it was signed is refused', async () => {
  const changed = { ...signed(built), release: signed({ ...built, serial: 101 }).release };
  expect(await opened(changed, pinned, 0)).toBe('bad-signature');
});

test('one that is older than what there is is refused', async () => {
  expect(await opened(signed(built), pinned, 101)).toBe('older');
});

test('the key stays the same from start to start', () => {
  const [folder = ''] = folders;
  expect(publicPoint(loadReleaseKey(folder))).toBe(pinned);
});
