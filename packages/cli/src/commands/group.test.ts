/** What people do to a group and to each other from a terminal, over a server that `polynya serve` started. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Person, serve, TemporaryFolder, type TestServer, until } from '../test/cli.ts';

const folder = new TemporaryFolder();
const ann = new Person(folder, 'ann');
const bo = new Person(folder, 'bo');
let server: TestServer;

const people = (reader: Person, chat: string) => reader.does('people', chat);
const title = async (reader: Person) =>
  (await reader.lists<{ title: string }>('chats')).map((chat) => chat.title);

beforeAll(async () => {
  server = await serve(folder.in('server'));
  await ann.does('join', server.link, '--name', 'Ann');
  await bo.does('join', await ann.does('invite-to'), '--name', 'Bo');
  await ann.does('new-group', 'The house');
}, 60_000);
afterAll(async () => {
  await server.stop('SIGTERM');
  folder[Symbol.dispose]();
});

describe('an admin', () => {
  test('adds who is known from another chat, and nobody unknown', async () => {
    expect((await ann.tries('add', 'The house', 'Vera')).err).toBe('There is no person "Vera".\n');
    await ann.does('add', 'The house', 'Bo');
    expect(await title(bo)).toContain('The house');
    expect(await people(ann, 'The house')).toMatch(/^Bo$/m);
  });

  test('renames the group for everybody', async () => {
    await ann.does('rename', 'The house', 'Our house');
    expect(await title(bo)).toContain('Our house');
  });

  test('makes another an admin, and takes that back', async () => {
    await ann.does('admin', 'Our house', 'Bo');
    expect(await people(bo, 'Our house')).toMatch(/^Bo \(you, admin\)$/m);
    await ann.does('admin', 'Our house', 'Bo', '--off');
    expect(await people(bo, 'Our house')).toMatch(/^Bo \(you\)$/m);
    const refused = await bo.tries('admin', 'Our house', 'Bo');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Only an admin') });
  });

  test('removes a person', async () => {
    await ann.does('remove', 'Our house', 'Bo');
    expect(await people(ann, 'Our house')).toBe('Ann (you, admin)');
    await until(async () =>
      (await bo.lists<{ title: string; state: string }>('chats')).some(
        (chat) => chat.title === 'Our house' && chat.state === 'removed',
      ),
    );
  });
});

test('an invite is listed until it is taken back, and lets nobody in then', async () => {
  const link = await ann.does('invite-to', 'Our house');
  expect(await ann.does('invites')).toContain(`${link}  Our house, until `);
  await ann.does('withdraw', link);
  expect(await ann.does('invites')).not.toContain(link);
  expect((await ann.tries('withdraw', link)).err).toBe(
    'No such invite of yours is open: see polynya invites\n',
  );
  await until(async () => {
    const late = new Person(folder, 'late');
    return (await late.tries('join', link, '--name', 'Late')).err.includes('taken back');
  });
});

test('a blocked person is not heard, and is again when unblocked', async () => {
  await ann.does('block', 'Bo');
  await bo.does('send', 'Ann', 'unheard');
  expect(await ann.does('read', 'Bo')).not.toContain('unheard');
  await ann.does('block', 'Bo', '--off');
  await bo.does('send', 'Ann', 'heard');
  expect(await ann.does('read', 'Bo')).toContain('heard');
});

test('the safety number is the same for both', async () => {
  const number = await ann.does('safety-number', 'Bo');
  expect(number).toMatch(/^(\d{5} ){11}\d{5}$/);
  expect(await bo.does('safety-number', 'Ann', '--same')).toBe(number);
  expect(await people(bo, 'Ann')).toContain('safety number compared');
});
