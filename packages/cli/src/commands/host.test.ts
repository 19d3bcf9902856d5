/** What a host does with a server that runs: one server, asked from beside it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostAnswers } from '../host/host-requests.ts';
import { Person, runHere, serve, TemporaryFolder, type TestServer } from '../test/cli.ts';

let folder: TemporaryFolder;
let server: TestServer;
const data = () => folder.in('data');

beforeAll(async () => {
  folder = new TemporaryFolder();
  server = await serve(data(), '--set', 'keep.days=14');
  await new Person(folder, 'ada').does('join', server.link, '--name', 'Ada');
});
afterAll(async () => {
  await server.stop('SIGTERM');
  folder[Symbol.dispose]();
});

const host = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await runHere([...args, '--data', data()]);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${err}`);
  return out;
};
const asked = async <T>(...args: string[]): Promise<T> => JSON.parse(await host(...args, '--json'));

test('status says how the server is, in words and as JSON', async () => {
  const status = await asked<HostAnswers['status']>('status');
  expect(status).toMatchObject({ storage: 'sqlite', keep: { days: 14, largeBlobDays: 7 } });
  expect(status.url).toBe(`http://127.0.0.1:${server.port}`);
  for (const count of [status.storedBytes, status.freeBytes, status.memoryBytes]) {
    expect(count).toBeGreaterThan(0);
  }
  expect(await host('status')).toMatch(/^keeps +14 days, files above 1\.0 MB 7 days$/m);
});

test('quotas lists the invites that still admit, and what is left', async () => {
  const { link } = await asked<{ link: string }>('invite', '--uses', '3', '--days', '2');
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#/);
  const { invites, allowances } = await asked<HostAnswers['quotas']>('quotas');
  expect(invites.map(({ uses }) => uses).sort()).toEqual([3, 49]);
  expect(allowances.count).toBe(1);
  expect(await host('quotas')).toMatch(/^[0-9a-f]{8} +3 left +until /m);
});

test('knows prints what is stored, each column in words, counts and the oldest hour', async () => {
  const { tables } = await asked<{ tables: { table: string; rows: number }[] }>('knows');
  const rows = Object.fromEntries(tables.map(({ table, rows: count }) => [table, count]));
  expect(rows).toMatchObject({ allowance: 1, log: expect.any(Number) });
  const said = await host('knows');
  expect(said).toMatch(/^log: \d+/m);
  expect(said).toContain('what somebody who was admitted may still make; not who');
  expect(said).not.toContain('not described');
  expect(said).not.toContain('Ada');
});

test('a statement says where data is and how long it is kept, as the settings have it', async () => {
  const config = folder.in('host.conf');
  writeFileSync(
    config,
    'keep.days = 14\nstatement.operator = School No. 5\nstatement.place = Tomsk\n',
  );
  const { out } = await runHere(['statement', '--config', config]);
  expect(out).toContain('School No. 5');
  expect(out).toContain('messages and files 14 days');
  const { out: russian } = await runHere(['statement', '--config', config, '--language', 'ru']);
  expect(russian).toContain('Tomsk');
  expect(russian).toContain('срок в днях: 14');
});

test('the page of the host is at an address that only the host is told, in both languages', async () => {
  const { hostPage } = await asked<HostAnswers['status']>('status');
  const page = await fetch(hostPage, { headers: { 'accept-language': 'ru-RU,ru;q=0.9' } });
  const text = await page.text();
  expect(text).toContain('<h1>Ваш сервер Polynya</h1>');
  expect(text).not.toContain('Ada');
  expect(page.headers.get('cache-control')).toBe('no-store');
  const style = /<style>(.*)<\/style>/s.exec(text)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
  expect(await (await fetch(hostPage)).text()).toContain('<h1>Your Polynya server</h1>');
  for (const other of [hostPage.slice(0, -1), `${hostPage}x`, new URL('/host/', hostPage).href]) {
    expect((await fetch(other)).status).toBe(404);
  }
  expect(server.out).not.toContain('/host/');
});

test('its form makes an invite that admits, and takes no other numbers', async () => {
  const { hostPage } = await asked<HostAnswers['status']>('status');
  const send = (fields: Record<string, string>) =>
    fetch(hostPage, { method: 'POST', body: new URLSearchParams(fields) });
  const made = await (await send({ uses: '2', days: '3' })).text();
  const link = /<p class="link">(\S+)<\/p>/.exec(made)?.[1] ?? '';
  expect(made).toContain('<svg class="qr"');
  await new Person(folder, 'clara').does('join', link, '--name', 'Clara');
  const wrong = [{ uses: '0', days: '3' }, { uses: '2' }, { uses: '2', days: '3'.repeat(2_000) }];
  for (const fields of wrong)
    expect((await send(fields as Record<string, string>)).status).toBe(400);
});

test('prune deletes at once what is too old', async () => {
  const { storedAfter } = await asked<HostAnswers['prune']>('prune', '--days', '1');
  expect(storedAfter).toBeGreaterThan(0);
  expect(await asked<HostAnswers['status']>('status')).toMatchObject({
    retained: expect.any(Number),
  });
});

test('a backup is made beside people at work, and a server made of it is the same one', async () => {
  const [file, keys] = [folder.in('backup'), folder.in('usb-stick.json')];
  const link = (await asked<{ link: string }>('invite')).link;
  const report = await asked<HostAnswers['backup']>('backup', file, '--keys', keys);
  expect(report.rows).toMatchObject({ allowance: 2 });
  await expect(host('backup', file, '--keys', keys)).rejects.toThrow('is there already');
  const identity = readFileSync(folder.in('data', 'server-keys.json'));
  await server.stop('SIGKILL');
  rmSync(data(), { recursive: true });

  const port = String(server.port);
  expect(await host('restore', file, '--keys', keys)).toMatch(/^Restored \d+ rows/);
  expect(existsSync(folder.in('data', 'polynya.db'))).toBe(true);
  expect(readFileSync(folder.in('data', 'server-keys.json'))).toEqual(identity);
  server = await serve(data(), '--port', port);
  await new Person(folder, 'boris').does('join', link, '--name', 'Boris');
});

test('a command without a server that runs says what to do', async () => {
  const { code, err } = await runHere(['status', '--data', folder.in('none')]);
  expect(code).toBe(1);
  expect(err).toMatch(/^No server runs on .*: start it with polynya serve/);
});
