import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Site } from './site.ts';

test('a range of blanks, as many as fit into a head, is refused before anything else has to wait', () => {
  const blanks = ' '.repeat(4_000);
  const headers = { host: 'x', range: `bytes=${blanks}-${blanks}x` };
  const request = { method: 'GET', target: '/', version: '1.1', headers } as const;
  const started = performance.now();
  expect(new Site().answer(request, { secure: false, port: 80 }).status).toBe(416);
  // Tried in every way in which the blanks can be split up it takes minutes, else no time at all.
  expect(performance.now() - started).toBeLessThan(30_000);
});

test.each([
  ['bytes= 0 - 3 ', 206, 4],
  ['bytes=-2', 206, 2],
  ['bytes=2-', 206, undefined],
  ['bytes= - ', 416, undefined],
])('a range may have blanks around its numbers: %s', (range, status, length) => {
  const headers = { host: 'x', range };
  const request = { method: 'GET', target: '/', version: '1.1', headers } as const;
  const answer = new Site().answer(request, { secure: false, port: 80 });
  expect(answer.status).toBe(status);
  if (length !== undefined) expect(answer.body.length).toBe(length);
});

test('what begins with a dot is no page, as a repository or a file of secrets, but for what is well known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-site-'));
  for (const name of ['.env', '.git/config', 'a/.hidden/b.html', '.well-known/security.txt']) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'text');
  }
  const site = new Site(folder);
  rmSync(folder, { recursive: true });
  const status = (target: string) =>
    site.answer(
      { method: 'GET', target, version: '1.1', headers: { host: 'x' } },
      { secure: false, port: 80 },
    ).status;
  for (const none of ['/.env', '/.git/config', '/.git/', '/.git', '/a/.hidden/b']) {
    expect([none, status(none)]).toEqual([none, status('/never')]);
  }
  expect(status('/.well-known/security.txt')).toBe(200);
});
