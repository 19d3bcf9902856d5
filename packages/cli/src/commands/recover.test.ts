/** Somebody loses the only device, and comes back by what was written on paper. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Person, serve, TemporaryFolder, type TestServer, until } from '../test/cli.ts';

const folder = new TemporaryFolder();
const ann = new Person(folder, 'ann');
const bo = new Person(folder, 'bo');
let server: TestServer;

beforeAll(async () => {
  server = await serve(folder.in('server'));
  await ann.does('join', server.link, '--name', 'Ann');
  await bo.does('join', await ann.does('invite-to'), '--name', 'Bo');
  await until(async () => (await ann.does('chats')).includes('Bo'));
  await ann.does('send', 'Bo', 'Before the loss');
}, 60_000);
afterAll(async () => {
  await server.stop('SIGTERM');
  folder[Symbol.dispose]();
});

test('the paper brings the person back into their chats, once a member answers', async () => {
  const setting = ann.starts('recovery-phrase');
  const [phrase = ''] = await setting.until(/^([0-9A-Z]{4} ){14}[0-9A-Z]{4}$/m);
  const [link = ''] = await setting.until(/^http\S+#\S+$/m);
  setting.type(phrase);
  expect(await setting.ended()).toMatchObject({ code: 0 });
  expect((await ann.tries('recovery-phrase')).err).toContain('recovery phrase is set already');
  rmSync(ann.profile, { recursive: true });

  const boIsThere = bo.starts('read', 'Ann', '--follow');
  const back = ann.starts('recover', link);
  await back.until(/Type the recovery phrase/);
  back.type(phrase.toLowerCase());
  expect((await back.ended()).out).toContain('You are Ann again');
  await until(async () => (await ann.does('chats')).includes('Bo'));
  expect(await ann.does('read', 'Bo')).toContain('Before the loss');
  await ann.does('send', 'Bo', 'I am back');
  await boIsThere.until(/I am back/);
  await boIsThere.stop('SIGTERM');
});
