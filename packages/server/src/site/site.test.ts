import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Site } from './site.ts';

let folder = '';
let listening: Server;
let url = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-site-'));
  mkdirSync(join(folder, 'bread'));
  writeFileSync(join(folder, 'index.html'), 'the bakery');
  writeFileSync(join(folder, 'about.html'), 'since 1987');
  writeFileSync(join(folder, 'bread', 'index.html'), 'rye');
  writeFileSync(join(folder, 'Brot und Öl.txt'), 'fresh');
  const site = new Site(folder);
  listening = createServer((request, response) => site.serve(request, response));
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
});
afterEach(() => {
  listening.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['/', 'the bakery', 'text/html; charset=utf-8'],
  ['/about', 'since 1987', 'text/html; charset=utf-8'],
  ['/about.html?x=1', 'since 1987', 'text/html; charset=utf-8'],
  ['/bread/', 'rye', 'text/html; charset=utf-8'],
  ['/Brot%20und%20%C3%96l.txt', 'fresh', 'text/plain; charset=utf-8'],
])('%s is the page of the folder', async (path, body, type) => {
  const answer = await fetch(url + path);
  expect([answer.status, await answer.text()]).toEqual([200, body]);
  expect(answer.headers.get('content-type')).toBe(type);
});

test.each(['/nothing', '/%E0%A4%A', '/../site.ts', '/bread/none'])(
  '%s is not there',
  async (path) => {
    expect((await fetch(url + path)).status).toBe(404);
  },
);

test('a page that has not changed is not sent again', async () => {
  const etag = (await fetch(url)).headers.get('etag') ?? '';
  expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test('nothing in an answer says what the program is', async () => {
  const names = [...(await fetch(url)).headers.keys()];
  expect(names.sort()).toEqual(
    [
      'connection',
      'content-length',
      'content-type',
      'date',
      'etag',
      'keep-alive',
      'last-modified',
    ].sort(),
  );
});
