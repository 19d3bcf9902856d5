/**
 * A server that is seized shows no names, texts, files, identities or addresses. A whole
 * conversation by real clients, each from an address of its own; then the server's disk and output are
 * searched for all that they used.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Self } from '@polynya/messenger/identity/self';
import { fileDeviceKey } from '@polynya/messenger/store/file-device-key';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';
import { openSqliteStore } from '@polynya/messenger/store/sqlite-store';
import { decodeInvite } from '@polynya/protocol/invite-link';
import { DayKeys } from '@polynya/server/kept/day-keys';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comingFrom, Person, Running, serve, TemporaryFolder } from './test/cli.ts';
import { grep, seized } from './test/seize.ts';

const addresses = ['127.0.11.1', '127.0.12.2', '127.0.13.3'];
const names = ['Anastasia Morozova', 'Боря Зимин', 'Cynthia Icewater'];
const title = 'Stairwell number four';
const texts = ['the meeting is at seven by the boiler room', 'я принесу чай и варенье', 'me too'];
const edited = 'the meeting is at eight by the boiler room';
const reaction = '👩‍👩‍👧‍👦';
const caption = 'where we shall meet';
const fileName = 'plan-of-the-cellar.png';
const content = randomBytes(200_000);

const folder = new TemporaryFolder();
const [ann, bo, cy] = names.map((_, i) => new Person(folder, `${i}`, addresses[i])) as [
  Person,
  Person,
  Person,
];
const needles = new Map<string, Buffer>();
let taken: Map<string, Buffer>;

beforeAll(async () => {
  const server = await serve(folder.in('server'));
  const links = [server.link];
  await ann.does('join', server.link, '--name', names[0] ?? '');
  await ann.does('new-group', title);
  for (const _ of [bo, cy]) links.push(await ann.does('invite-to', title));
  await bo.does('join', links[1] ?? '', '--name', names[1] ?? '');
  await cy.does('join', links[2] ?? '', '--name', names[2] ?? '');
  writeFileSync(folder.in(fileName), content);
  await cy.does('send-file', title, folder.in(fileName), '--caption', caption);
  await bo.does('send', title, texts[1] ?? '');
  await talk(ann);
  expect(await bo.does('read', title)).toContain(edited);
  await server.stop('SIGKILL');
  taken = seized(folder.in('server'));
  taken.set('bodies', bodiesIn(folder.in('server')));
  taken.set('output', Buffer.from(`${server.out.replaceAll(server.link, '')}\n${server.err}`));
  for (const [what, needle] of await used(links)) needles.set(what, needle);
}, 120_000);
afterAll(() => folder[Symbol.dispose]());

/** What whoever takes the disk with the keys of its days gets to see: the bodies as their senders sealed them. */
function bodiesIn(dataDir: string): Buffer {
  const keys = new DayKeys(join(dataDir, 'keys'), randomBytes);
  const database = new DatabaseSync(join(dataDir, 'polynya.db'));
  const rows = database
    .prepare(
      `SELECT log AS id, seq AS number, hour, body FROM entry UNION ALL
       SELECT blob, number, hour, body FROM piece JOIN blob USING (blob)`,
    )
    .all();
  database.close();
  const bodies = rows.map(({ id, number, hour, body }) =>
    keys.open(Number(hour), { id: id as Uint8Array, number: Number(number) }, body as Uint8Array),
  );
  if (bodies.length === 0) throw new Error('nothing was taken');
  return Buffer.concat(bodies.map((body) => body ?? unreadable()));
}

function unreadable(): never {
  throw new Error('a body that no key opens');
}

/** Says, reacts and edits in one sitting. */
async function talk(person: Person): Promise<void> {
  const chat = person.starts('chat', title);
  const [, other] = await chat.until(new RegExp(`^(\\S{8}) .*: ${texts[1]}$`, 'm'));
  chat.type(`/react ${other} ${reaction}`);
  chat.type(`/reply ${other} ${texts[2]}`);
  chat.type(texts[0] ?? '');
  const [, own] = await chat.until(new RegExp(`^(\\S{8}) .*: ${texts[0]}$`, 'm'));
  chat.type(`/edit ${own} ${edited}`);
  await chat.until(/^~ .*by the boiler room \(edited\)$/m);
  chat.type('/quit');
  await chat.ended();
  await person.does('send', title, 'that is all for tonight');
}

/** All that these people used and the server must not know. */
async function used(links: readonly string[]): Promise<[string, Buffer][]> {
  const words = { title, edited, reaction, caption, fileName };
  const found: [string, Buffer][] = [
    ...Object.entries(words).map(([what, text]): [string, Buffer] => [what, Buffer.from(text)]),
    ...names.map((name): [string, Buffer] => [`name ${name}`, Buffer.from(name)]),
    ...texts.slice(0, 2).map((text): [string, Buffer] => [`text "${text}"`, Buffer.from(text)]),
    ...addresses.map((address): [string, Buffer] => [`address ${address}`, Buffer.from(address)]),
    ['file, its beginning', content.subarray(0, 32)],
    ['file, its middle', content.subarray(100_000, 100_032)],
    ['file, its end', content.subarray(-32)],
  ];
  for (const [i, link] of links.entries()) {
    const invite = decodeInvite(link);
    if ('secret' in invite) found.push([`secret of link ${i}`, Buffer.from(invite.secret)]);
  }
  for (const { profile } of [ann, bo, cy]) {
    const self = await selfOf(profile);
    found.push(
      [`person ${self.name}`, Buffer.from(self.personBytes)],
      [`root key of ${self.name}`, Buffer.from(self.root)],
      [`device key of ${self.name}`, Buffer.from(self.device.publicKey)],
    );
  }
  return found;
}

async function selfOf(profile: string): Promise<Self> {
  const database = await openSqliteStore(`${profile}/messenger.db`);
  const store = await openSealedStore(database, fileDeviceKey(`${profile}/device.key`));
  const self = await Self.load(store);
  await store.close();
  if (!self) throw new Error(`nobody in ${profile}`);
  return self;
}

describe('the search would find it:', () => {
  test('a name that is written into the database, or logged', () => {
    const copy = folder.in('planted.db');
    writeFileSync(copy, taken.get('polynya.db') ?? Buffer.alloc(0));
    const database = new DatabaseSync(copy);
    database.exec('CREATE TABLE planted (name TEXT)');
    database.prepare('INSERT INTO planted VALUES (?)').run(names[1] ?? '');
    database.close();
    const root = needles.get(`root key of ${names[0]}`) ?? Buffer.alloc(0);
    const planted = new Map([
      ...seized(folder.path),
      ['output', Buffer.from(`GET / from ${addresses[2]} by ${root.toString('base64url')}`)],
    ]);
    const found = grep(planted, needles).join('\n');
    expect(found).toMatch(`planted.db: name ${names[1]}`);
    expect(found).toMatch(`output: address ${addresses[2]}`);
    expect(found).toMatch(`output: root key of ${names[0]} (base64url)`);
  });

  test('and the clients did come from addresses of their own', async () => {
    const seen: (string | undefined)[] = [];
    const witness = createServer(({ socket }, response) => {
      seen.push(socket.remoteAddress);
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => witness.once('listening', resolve));
    const { port } = witness.address() as AddressInfo;
    const script = folder.in('visit.mjs');
    writeFileSync(script, `await fetch('http://127.0.0.1:${port}/')`);
    await new Running(script, [], comingFrom(addresses[0] ?? '')).ended();
    witness.close();
    expect(seen).toEqual([addresses[0]]);
  });

  test('and the server did hold the conversation, its file among it', () => {
    expect(taken.get('bodies')?.length).toBeGreaterThan(content.length);
    expect([...taken.keys()]).toContain('polynya.db-wal');
    expect(needles.size).toBeGreaterThan(20);
  });
});

test('a seized server shows no name, text, file, title, reaction, identity, link or address', () => {
  expect(grep(taken, needles)).toEqual([]);
});
