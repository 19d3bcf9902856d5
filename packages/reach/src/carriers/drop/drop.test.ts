/** Sessions over a folder that both ends write to: in memory and virtual time, and by WebDAV on loopback. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Entry } from '@polynya/protocol/requests';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Connection } from '../../client.ts';
import { type Clock, pause, systemClock, systemRandom } from '../../clock.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { startSessions } from '../../test/loopback.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../../test/virtual-time.ts';
import { Cover } from '../cover.ts';
import { sessionsEnd } from '../dns/sessions-end.ts';
import { collect } from './collector.ts';
import { dropCarrier, dropEndpoint, dropOf } from './drop.ts';
import { type Folder, webdavFolder } from './folder.ts';

const KEY = new Uint8Array(16).fill(5);
const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const SIZES = [140, 2_500, 40_000];
const DAY = 24 * 3_600_000;
const NEVER = new AbortController().signal;

beforeAll(async () => {
  watchWebCrypto();
  // Loaded before time is virtual: reading files is nothing that it waits for.
  await Promise.all([import('./client.ts'), import('./folder.ts'), import('../cover.ts')]);
});

/** In memory: each request takes a while, and may fail before it is done or after. */
function badFolder(clock: Clock, chance: () => number, failing: number) {
  const files = new Map<string, Uint8Array>();
  const done = async <T>(act: () => T): Promise<T> => {
    await pause(clock, 20 + chance() * 400, new AbortController().signal);
    const fate = chance() * 100;
    if (fate < failing / 2) throw new Error('no answer');
    const given = act();
    if (fate < failing) throw new Error('no answer');
    return given;
  };
  const folder: Folder = {
    list: () => done(() => [...files.keys(), 'readme.txt']),
    get: (name) => done(() => files.get(name) ?? null),
    put: (name, content) => done(() => void files.set(name, content)),
    drop: (name) => done(() => void files.delete(name)),
  };
  return { folder, files };
}

test(
  'every entry arrives once and in order, though requests to the folder fail, and the folder is empty in the end',
  () =>
    fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 25 }), async (seed, failing) => {
        const clock = new VirtualTime();
        const sessions = await startSessions(new ToyLogs(), { clock });
        const { folder, files } = badFolder(clock, seeded(seed), failing);
        const cover = new Cover(KEY, systemRandom);
        const collector = collect({ folder, cover, clock, ...sessionsEnd(sessions) });
        const connection = new Connection({
          address: {
            identity: sessions.identity(),
            endpoints: [dropEndpoint('https://cloud.example/f', KEY)],
          },
          carriers: [dropCarrier(clock, systemRandom, () => folder)],
          ...{ clock, random: systemRandom },
        });
        const log = connection.log(ID, SECRET);
        const seen: Entry[] = [];
        log.watch({ entries: (entries) => void seen.push(...entries) }, 1);
        for (const size of SIZES) {
          const entry = { id: systemRandom(16), epoch: 0, body: systemRandom(size) };
          void log.append([entry], { patience: DAY });
        }
        await clock.until(() => seen.length >= SIZES.length, DAY);
        expect(seen.map(({ seq }) => seq)).toEqual(SIZES.map((_, index) => index + 1));
        for (const content of files.values()) expect(content.length).toBeGreaterThan(0);
        connection.close();
        await clock.until(() => files.size === 0, DAY);
        void collector.close();
        sessions.stop();
      }),
      { numRuns: 5, endOnFailure: true },
    ),
  120_000,
);

describe('by WebDAV', () => {
  const files = new Map<string, Buffer>();
  const asked: string[] = [];
  const serve = async (): Promise<Server> => {
    const server = createServer(async (request, response) => {
      asked.push(String(request.headers.authorization));
      const name = (request.url ?? '').replace('/drop/', '');
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      if (request.method === 'PROPFIND') {
        const hrefs = ['', ...files.keys()].map((each) => `<d:href>/drop/${each}</d:href>`);
        response.writeHead(207).end(`<d:multistatus xmlns:d="DAV:">${hrefs}</d:multistatus>`);
      } else if (request.method === 'PUT') {
        files.set(name, Buffer.concat(parts));
        response.writeHead(201).end();
      } else if (request.method === 'DELETE') {
        response.writeHead(files.delete(name) ? 204 : 404).end();
      } else response.writeHead(files.has(name) ? 200 : 404).end(files.get(name));
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return server;
  };

  test('a text goes up and comes down, under the name and password of the endpoint, and no file tells what it is', async () => {
    const server = await serve();
    const { port } = server.address() as AddressInfo;
    const url = `http://kiosk:p%40ss@127.0.0.1:${port}/drop`;
    const sessions = await startSessions(new ToyLogs());
    const cover = new Cover(KEY, systemRandom);
    const at = { folder: webdavFolder(url), cover, clock: systemClock };
    const seen: Buffer[] = [];
    const collector = collect({ ...at, ...sessionsEnd(sessions) });
    const keep = setInterval(() => seen.push(...files.values()), 50);
    const connection = new Connection({
      address: { identity: sessions.identity(), endpoints: [dropEndpoint(url, KEY)] },
      carriers: [dropCarrier(systemClock, systemRandom)],
      ...{ clock: systemClock, random: systemRandom },
    });
    const log = connection.log(ID, SECRET);
    const entry = { id: systemRandom(16), epoch: 0, body: systemRandom(140) };
    expect(await log.append([entry])).toEqual({ seqs: [1] });
    clearInterval(keep);
    connection.close();
    await collector.close();
    sessions.stop();
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
    expect(new Set(asked)).toEqual(new Set([`Basic ${btoa('kiosk:p@ss')}`]));
    const identity = Buffer.from(sessions.identity());
    expect(seen.some((content) => content.includes(identity))).toBe(false);
  }, 180_000);

  test('a list is read in no more time than it takes to come, and none that never ends', async () => {
    const long = `${'a'.repeat(400_000)}!`;
    let href = `/drop/${long}`;
    const cloud = createServer((_, response) => {
      response.writeHead(207);
      response.write(`<d:href>${href}</d:href><d:href>/drop/b.txt</d:href>`);
      if (href !== '') return response.end();
      const more = (): void => {
        while (response.write(long));
      };
      response.on('drain', more);
      more();
    }).listen(0, '127.0.0.1');
    await once(cloud, 'listening');
    const folder = webdavFolder(`http://127.0.0.1:${(cloud.address() as AddressInfo).port}/drop`);
    expect(await folder.list(NEVER)).toEqual(['b.txt']);
    href = '';
    await expect(folder.list(NEVER)).rejects.toThrow('too long');
    cloud.closeAllConnections();
    cloud.close();
  }, 60_000);
});

test('an endpoint that is no dead drop’s is none', () => {
  const endpoint = dropEndpoint('https://a:b@cloud.example/f', KEY);
  expect(dropOf(endpoint)).toEqual({ folder: 'https://a:b@cloud.example/f', key: KEY });
  for (const wrong of [
    'drop:ftp://a/b',
    endpoint.slice(5),
    endpoint.slice(0, -1),
    `${endpoint}x`,
  ]) {
    expect(dropOf(wrong)).toBeNull();
  }
});
