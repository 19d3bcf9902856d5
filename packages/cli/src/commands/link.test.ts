/** One person in two terminals, linked by real programs over a server that `polynya serve` started. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Person, serve, TemporaryFolder, type TestServer, until } from '../test/cli.ts';

const folder = new TemporaryFolder();
const ann = new Person(folder, 'ann');
const laptop = new Person(folder, 'laptop');
const bo = new Person(folder, 'bo');
let server: TestServer;

beforeAll(async () => {
  server = await serve(folder.in('server'));
  await ann.does('join', server.link, '--name', 'Ann');
  await bo.does('join', await ann.does('invite-to'), '--name', 'Bo');
  await bo.does('send', 'Ann', 'Before the laptop');
}, 60_000);
afterAll(async () => {
  await server.stop('SIGTERM');
  folder[Symbol.dispose]();
});

/** Up to the question whether both show the same. */
async function compared(fresh: Person) {
  const old = ann.starts('link');
  const [code = ''] = await old.until(/^http\S+#\S+$/m);
  const opening = fresh.starts('link', code, '--name', 'A laptop');
  const [, here] = await old.until(/"A laptop" shows (\d{3} \d{3})/);
  const [, there] = await opening.until(/is to show (\d{3} \d{3})/);
  expect(here).toBe(there);
  return { old, opening };
}

test('a linked terminal reads what was said before and speaks for the same person', async () => {
  const { old, opening } = await compared(laptop);
  old.type('yes');
  expect((await opening.ended()).out).toContain("This is one of Ann's devices now");
  expect(await old.ended()).toMatchObject({ code: 0, out: expect.stringContaining('one of your') });
  await until(async () => (await laptop.does('chats')).includes('Bo'));
  expect(await laptop.does('read', 'Bo')).toContain('Before the laptop');
  await laptop.does('send', 'Bo', 'From the laptop');
  await until(async () => (await bo.does('read', 'Ann')).includes('From the laptop'));
  await until(async () => (await ann.does('read', 'Bo')).includes('Ann: From the laptop'));
  const names = (await ann.lists<{ name: string }>('devices')).map(({ name }) => name);
  expect(names).toContain('A laptop');
});

test('one that is unlinked says so and does nothing more', async () => {
  await ann.does('unlink', 'A laptop');
  await until(async () => (await laptop.tries('chats')).err.includes('taken out'));
  await until(async () => (await ann.lists('devices')).length === 1);
});

test('what does not show the same digits is not linked', async () => {
  const late = new Person(folder, 'late');
  const { old, opening } = await compared(late);
  old.type('no');
  expect(await old.ended()).toMatchObject({
    code: 1,
    err: expect.stringContaining('Nothing was linked.'),
  });
  const { code } = await opening.stop('SIGINT');
  expect(code).not.toBe(0);
});
