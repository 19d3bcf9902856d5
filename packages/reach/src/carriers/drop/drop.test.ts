/** Sessions over a folder that both ends write to, by WebDAV on loopback. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Connection } from '../../client/client.ts';
import { systemClock, systemRandom } from '../../clock.ts';
import { startSessions } from '../../test/loopback.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { Cover } from '../cover.ts';
import { sessionsEnd } from '../sessions-end.ts';
import { collect } from './collector.ts';
import { dropCarrier, dropEndpoint, dropOf } from './drop.ts';
import { webdavFolder } from './folder.ts';

const KEY = new Uint8Array(16).fill(5);
const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const NEVER = new AbortController().signal;

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
