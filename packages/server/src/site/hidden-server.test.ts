/** A server behind its host's own web site, on loopback: everything for who was told, a web site for the others. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  joinEnvelopes,
  RECORD_FILL,
  RECORD_NONCE,
  recordRequest,
} from '@polynya/protocol/envelope';
import { postCarrier } from '@polynya/reach/carriers/post/client';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningServer, type ServeOptions, startServer } from '../serve.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';
import { Site } from './site.ts';

let folder = '';
let server: RunningServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-hidden-'));
  for (const [name, text] of [
    ['page', '<title>Polynya</title>'],
    ['site', '<title>Bakery</title>'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.html'), text);
  }
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function start(more: Partial<ServeOptions> = {}): Promise<RunningServer> {
  return startServer({
    ...{ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0 },
    ...{ pageDir: join(folder, 'page'), decoy: new Site(join(folder, 'site')) },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined, ...more },
  });
}

function origin(): string {
  return new URL(server.url).origin;
}

async function told(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, headers, body: await response.text() };
}

test.each([
  ['WebSocket', webSocketCarrier],
  ['POST', postCarrier],
])('whoever knows the path is let in over %s', async (_, carrier) => {
  const [endpoint = ''] = server.endpoints;
  expect(endpoint).toBe(`${server.url}/s`);
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/);
  const client = await WireClient.connect(endpoint, server.identity, carrier);
  await newLogOn(client, { invite: await server.invite(1, 1) });
  expect(await client.ask('watch', { n: 1 })).toMatchObject({ head: 0 });
  client.close();
});

test('the page and its host’s are below the path, the web site is at the root', async () => {
  const path = server.showHostPage(async (_, response) => void response.end('for the host'));
  expect(await (await fetch(`${server.url}/`)).text()).toContain('Polynya');
  expect(await (await fetch(server.url + path)).text()).toBe('for the host');
  expect((await fetch(origin() + path)).status).toBe(404);
  expect(await (await fetch(origin())).text()).toContain('Bakery');
});

test('the path is behind every public URL, and the same at each start', async () => {
  const { below } = server;
  await server.close();
  server = await start({ endpoints: ['https://a.example/s', 'https://192.0.2.1/s'] });
  expect(server.below).toBe(below);
  expect(server.endpoints).toEqual([`https://a.example${below}/s`, `https://192.0.2.1${below}/s`]);
});

describe('whoever does not is told what the web site tells of any page that it has not', () => {
  const binary = { 'content-type': 'application/octet-stream' };
  test.each<[string, RequestInit]>([
    ['GET', {}],
    ['OPTIONS', { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }],
    ['POST', { method: 'POST', headers: binary, body: new Uint8Array(300) }],
  ])('%s', async (_, init) => {
    const { below } = server;
    const ordinary = await told(`${origin()}/no-such-page`, init);
    expect(ordinary.status).toBe(404);
    const other = below.endsWith('A') ? 'B' : 'A';
    for (const path of ['/s', `${below}A`, below.slice(0, -1) + other, `/x${below}/s`]) {
      expect([path, await told(`${origin()}${path}`, init)]).toEqual([path, ordinary]);
    }
  });

  test('also who found the path and speaks nonsense, or asks for nothing that is there', async () => {
    const post = { method: 'POST', headers: binary, body: new Uint8Array(300) };
    const ordinary = await told(`${origin()}/no-such-page`, post);
    expect(await told(`${server.url}/s`, post)).toEqual(ordinary);
    expect(await told(`${server.url}/none`, post)).toEqual(ordinary);
    const missing = await told(`${origin()}/no-such-page`);
    expect(await told(`${server.url}/s`)).toEqual(missing);
    expect(await told(server.url)).toEqual(missing);
  });
});

test('what it answers to POSTs is of no length known beforehand', async () => {
  const lengths = new Set<number | undefined>();
  for (let each = 0; each < 20; each++) {
    const [nonce, fill] = [systemRandom(RECORD_NONCE), systemRandom(RECORD_FILL)];
    const body = joinEnvelopes([recordRequest(server.identity, nonce, fill)]);
    const response = await fetch(server.endpoints[0] ?? '', { method: 'POST', body });
    expect(response.status).toBe(200);
    lengths.add(response.headers.get('etag')?.length);
  }
  expect(lengths.size).toBeGreaterThan(5);
});

test('it ends at once, whoever looks at the site', async () => {
  await fetch(origin());
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/s`);
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  await server.close();
  expect(await closed).toBe(1001);
  server = await start();
});
