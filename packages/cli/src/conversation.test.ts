/** Two people in two terminals, over a server that `polynya serve` started: all real, all on this machine. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Person,
  polynya,
  Running,
  serve,
  TemporaryFolder,
  type TestServer,
  until,
} from './test/cli.ts';

interface Line {
  readonly message: string;
  readonly name: string;
  readonly text: string;
  readonly mine: boolean;
  readonly file: { readonly name: string; readonly size: number } | null;
  readonly reactions: readonly { readonly emoji: string; readonly people: readonly string[] }[];
  readonly event: { readonly event: string } | null;
}

const root = join(import.meta.dirname, '..', '..', '..');
const folder = new TemporaryFolder();
const ann = new Person(folder, 'ann');
const bo = new Person(folder, 'bo');
let server: TestServer;

const said = async (reader: Person, chat = 'Family') =>
  (await reader.lists<Line>('read', chat)).filter(({ event }) => event === null);

beforeAll(async () => {
  server = await serve(folder.in('server'));
  await ann.does('join', server.link, '--name', 'Ann');
  await ann.does('new-group', 'Family');
  await bo.does('join', await ann.does('invite-to', 'Family'), '--name', 'Bo');
}, 60_000);
afterAll(async () => {
  await server.stop('SIGTERM');
  folder[Symbol.dispose]();
});

test('a chat is joined by its invite, also while the inviter is away', async () => {
  expect(await bo.lists<{ title: string; state: string }>('chats')).toMatchObject([
    { title: 'Family', direct: false, state: 'active' },
  ]);
  expect(await bo.does('people', 'Family')).toBe('Ann (admin)\nBo (you)');
});

test('what one sends the other reads, by a part of the title or of the id', async () => {
  const id = await ann.does('send', 'fam', 'good morning');
  const [line] = await said(bo);
  expect(line).toMatchObject({ name: 'Ann', text: 'good morning', mine: false });
  expect(line?.message.startsWith(id)).toBe(true);
});

test('a file arrives as it was sent, and never over another', async () => {
  const content = Buffer.from(Array.from({ length: 150_000 }, (_, i) => (i * 7919) % 251));
  writeFileSync(folder.in('photo.png'), content);
  const id = await ann.does('send-file', 'Family', folder.in('photo.png'));
  const target = folder.in('saved.png');
  expect(await bo.does('save', 'Family', id, target)).toBe(target);
  expect(readFileSync(target).equals(content)).toBe(true);
  const again = await bo.tries('save', 'Family', id, target);
  expect(again).toMatchObject({ code: 1, err: `${target} exists already: say another path.\n` });
});

test('kill -9 of the server loses nothing that was acknowledged, and repeats nothing', async () => {
  await ann.does('send', 'Family', 'before');
  await server.stop('SIGKILL');
  const waiting = await bo.tries('send', 'Family', 'while it was away', '--wait', '1');
  expect(waiting.code).toBe(1);
  expect(waiting.err).toMatch(/^Not sent yet \(.*\): message \S+ stays in the outbox/);
  server = await serve(folder.in('server'), '--port', String(server.port));
  await bo.does('send', 'Family', 'after');
  const texts = (await said(ann)).map(({ text }) => text).slice(-3);
  expect(texts).toEqual(['before', 'while it was away', 'after']);
  expect((await said(bo)).map(({ text }) => text).slice(-3)).toEqual(texts);
});

test('what waits goes by a file while the server is away, and is read where that is taken in', async () => {
  await server.stop('SIGTERM');
  await bo.tries('send', 'Family', 'by hand', '--wait', '1');
  const file = folder.in('stick');
  expect(await bo.does('carry', 'out', file)).toMatch(/^\d+ messages? in .*, sealed for/);
  expect((await bo.tries('carry', 'out', file)).err).toMatch(/exists already/);
  expect(readFileSync(file).includes('by hand')).toBe(false);
  const taken = await ann.does('carry', 'in', file, '--wait', '0');
  expect(taken).toMatch(
    /for you, 1 of them new\.\nFamily: .*Bo: by hand\nThe server does not answer/,
  );
  server = await serve(folder.in('server'), '--port', String(server.port));
  expect((await said(ann)).at(-1)).toMatchObject({ name: 'Bo', text: 'by hand' });
  expect(await ann.does('carry', 'in', file, '--wait', '60')).toMatch(
    /0 of them new\..*1 message handed in\./s,
  );
  await bo.does('send', 'Family', 'by the line');
  for (const reader of [ann, bo]) {
    expect((await said(reader)).slice(-2).map(({ text }) => text)).toEqual([
      'by hand',
      'by the line',
    ]);
  }
});

test('a chat line by line: texts, replies, reactions, edits, pins and deletions', async () => {
  const listening = bo.starts('read', 'Family', '--follow', '--json');
  const talking = ann.starts('chat', 'Family');
  await talking.until(/type and press Enter/);
  talking.type('shall we?');
  const [, id = ''] = await talking.until(/^(\S{8}) {2}\S+ \S+ {2}Ann: shall we\?$/m);
  talking.type(`/react ${id} 🧊`);
  talking.type(`/reply ${id} yes`);
  talking.type(`/edit ${id} shall we go?`);
  await listening.until(/"text":"shall we go\?"/);
  talking.type(`/pin ${id}`);
  await listening.until(/"event":"pinned"/);
  talking.type(`/delete ${id}`);
  await listening.until(/"deleted":true/);
  talking.type('/edit ffff nonsense');
  await talking.until(/^! There is no message "ffff"\.$/m);
  talking.type('/quit');
  expect((await talking.ended()).code).toBe(0);
  await listening.until(/"text":"yes"/);
  expect((await listening.stop('SIGINT')).code).toBe(0);

  // What was deleted is pinned no more.
  const yes = (await said(bo)).find(({ text }) => text === 'yes')?.message ?? '';
  await bo.does('pin', 'Family', yes.slice(0, 8));
  expect(await ann.does('pin', 'Family')).toMatch(/^\S{8} {2}\S+ \S+ {2}Ann: yes$/);
  expect((await ann.tries('pin', 'Family', '--off')).code).toBe(2);
});

test('lines of JSON are whole values, one in a line', async () => {
  const lines = (await ann.does('read', 'Family', '--json')).split('\n');
  for (const line of lines) {
    expect(Object.keys(JSON.parse(line))).toEqual([
      ...['message', 'seq', 'at', 'sender', 'name', 'tag', 'mine', 'text', 'edited', 'deleted'],
      ...['reply', 'mentions', 'reactions', 'file', 'event', 'state', 'problem', 'undone'],
      ...['relayedBy', 'forwarded', 'silent', 'planned', 'after', 'expires', 'poll'],
    ]);
  }
});

test('two of one name are told apart, and controls in names and texts are not obeyed', async () => {
  const twin = new Person(folder, 'twin');
  const link = await ann.does('invite-to', 'Family');
  await twin.does('join', link, '--name', 'Bo\u001b[2J\u0007');
  await twin.does('send', 'Family', '\u001b]0;owned\u0007\u001b[1A');
  const other = new Person(folder, 'other');
  await other.does('join', await ann.does('invite-to', 'Family'), '--name', 'Bo');
  const shown = `${await ann.does('read', 'Family')}\n${await ann.does('people', 'Family')}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(shown).toContain('Bo␛[2J␇: ␛]0;owned␇␛[1A');
  expect(shown).toMatch(/^Bo #[0-9a-f]{4}/m);
});

test('a profile has one writer', async () => {
  const first = ann.starts('read', 'Family', '--follow');
  await first.until(/Bo/);
  expect(await ann.tries('chats')).toEqual({
    code: 1,
    out: '',
    err: `The profile ${ann.profile} is in use by another polynya: close that one, or use another --profile.\n`,
  });
  await first.stop('SIGTERM');
});

test('doctor says that the line is up', async () => {
  const told = await ann.does('doctor');
  expect(told).toMatch(/You are Ann #[0-9a-f]{4}\.\nLine: online, by websocket http:\S+\.\n/);
  expect(told).toContain('Nothing is done to the line');
});

describe('what is refused is told in one sentence, with exit code 1:', () => {
  const refused = async (person: Person, ...args: [string, ...string[]]) => {
    const { code, err } = await person.tries(...args);
    expect(code).toBe(1);
    expect(err.trimEnd()).not.toContain('\n');
    return err;
  };

  test('a link that is none', async () => {
    const someone = new Person(folder, 'someone');
    for (const link of ['https://example.org', 'nonsense', server.link.slice(0, -9)]) {
      expect(await refused(someone, 'join', link, '--name', 'X')).toMatch('is not an invite link');
    }
  });

  test('an invite that was used', async () => {
    const once = await polynya('invite', '--data', folder.in('server'), '--uses', '1');
    await new Person(folder, 'first').does('join', once.out.trim(), '--name', 'First');
    const late = new Person(folder, 'late');
    expect(await refused(late, 'join', once.out.trim(), '--name', 'Late')).toMatch(
      'used, taken back or has expired',
    );
  });

  test('a profile that nobody joined with', async () => {
    expect(await refused(new Person(folder, 'nobody'), 'chats')).toMatch('polynya join LINK');
  });

  test('a chat, message or file that is not there', async () => {
    expect(await refused(ann, 'send', 'Work', 'x')).toBe('There is no chat "Work".\n');
    expect(await refused(ann, 'save', 'Family', 'ffffffff')).toMatch('no message "ffffffff"');
    expect(await refused(ann, 'send-file', 'Family', '/nonexistent')).toMatch('does not exist');
  });
});

test('whoever left reads nothing more', async () => {
  await bo.does('leave', 'Family');
  await ann.does('send', 'Family', 'Bo is gone');
  expect((await said(bo)).map(({ text }) => text)).not.toContain('Bo is gone');
});

test('the echo bot says back what is said to it, once, also what came while it was stopped', async () => {
  const link = await ann.does('invite-to');
  const run = () => new Running(join(root, 'examples', 'echo-bot.ts'), [link], {}, folder.path);
  const texts = async () => (await said(ann, 'Echo')).map(({ text }) => text);
  const first = run();
  await until(async () => (await ann.does('chats')).includes('Echo'));
  await ann.does('send', 'Echo', 'one');
  await until(async () => (await texts()).length === 2);
  expect((await first.stop('SIGINT')).code).toBe(0);
  await ann.does('send', 'Echo', 'two');
  const second = run();
  await until(async () => (await texts()).length === 4);
  expect((await second.stop('SIGTERM')).code).toBe(0);
  expect(await texts()).toEqual(['one', 'one', 'two', 'two']);
});
