/** A bridge between a real client and a real server, on loopback; and what somebody sees who does not know its path. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinEnvelopes } from '@polynya/protocol/envelope';
import { dnsCarrier, zoneEndpoint } from '@polynya/reach/carriers/dns/dns';
import { askResolver } from '@polynya/reach/carriers/dns/resolver';
import { postCarrier } from '@polynya/reach/carriers/post/client';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { pinnedWebSocketCarrier } from '@polynya/reach/carriers/websocket/node-client';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { dialerFor } from '@polynya/reach/test/dialer-for';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningServer, startServer } from '../serve.ts';
import { routeTo } from '../site/secret-paths.ts';
import { Site } from '../site/site.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';
import { type BridgeOptions, type RunningBridge, startBridge } from './bridge.ts';
import { loadOwnCertificate } from './bridge-state.ts';

let folder = '';
const closing: { close(): unknown }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-bridge-'));
});
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
  rmSync(folder, { recursive: true });
});

async function server(): Promise<RunningServer> {
  const pageDir = join(folder, 'page');
  mkdirSync(pageDir);
  writeFileSync(join(pageDir, 'index.html'), '<title>Polynya</title>');
  const running = await startServer({
    ...{ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0, pageDir },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
  closing.push(running);
  return running;
}

interface Bridged extends RunningBridge {
  readonly url: string;
  readonly path: string;
}

async function bridgeTo(
  endpoint: string,
  { app = false, tls, dns }: Partial<Pick<BridgeOptions, 'app' | 'tls' | 'dns'>> = {},
): Promise<Bridged> {
  const route = routeTo(endpoint, new Uint8Array(32));
  const bugs: unknown[] = [];
  const bridge = await startBridge({
    ...{ host: '127.0.0.1', port: 0, site: new Site(), routes: [route], app, connections: 100 },
    ...(tls && { tls }),
    ...(dns && { dns }),
    report: (error) => bugs.push(error),
  });
  const url = `http://127.0.0.1:${bridge.port}`;
  closing.push({
    close: async () => {
      await bridge.close();
      expect(bugs).toEqual([]);
    },
  });
  return { ...bridge, url, path: `${url}/${route.path}` };
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const one = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => one.once('listening', resolve));
  const { port } = one.address() as AddressInfo;
  await new Promise((resolve) => one.close(resolve));
  return `http://127.0.0.1:${port}/s`;
}

/** All that an answer tells, but for the hour. */
async function told(response: Response) {
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, headers, body: await response.text() };
}

function upgrade(url: string): Promise<number | 'open'> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, { statusCode = 0 }) => {
      resolve(statusCode);
      socket.terminate();
    });
    socket.on('open', () => {
      resolve('open');
      socket.close();
    });
  });
}

describe('by its secret path a bridge', () => {
  test.each([
    ['WebSocket', webSocketCarrier],
    ['POST', postCarrier],
  ])('leads a client to the server over %s', async (_, carrier) => {
    const { endpoints, identity, invite } = await server();
    const { path } = await bridgeTo(endpoints[0] ?? '');
    const client = await WireClient.connect(path, identity, carrier);
    await newLogOn(client, { invite: await invite(1, 1) });
    expect(await client.ask('watch', { n: 1 })).toMatchObject({ head: 0 });
    client.close();
  });

  test('and by names below its zone leads a client to the server', async () => {
    const { endpoints, identity, invite } = await server();
    const [zone, key] = ['d.bakery.example', systemRandom(16)];
    const at = { nameserver: 'bakery.example', host: '127.0.0.1', port: 0 };
    const bridge = await bridgeTo(endpoints[0] ?? '', { dns: { zone, key, ...at } });
    const ask = askResolver(systemRandom, () => [`127.0.0.1:${bridge.dnsPort}`]);
    const carrier = dnsCarrier(systemSteadyClock, systemRandom, ask);
    const client = await WireClient.connect(zoneEndpoint(zone, key), identity, carrier);
    await newLogOn(client, { invite: await invite(1, 1) });
    expect(await client.ask('watch', { n: 1 })).toMatchObject({ head: 0 });
    client.close();
  }, 120_000);

  test('tells the server nothing of who comes', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const listening = createServer((request, response) => {
      seen.push(request.headers);
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/octet-stream');
        response.setHeader('server', 'told to nobody').end(joinEnvelopes([systemRandom(256)]));
      });
    }).listen(0, '127.0.0.1');
    closing.push({ close: () => listening.close() });
    await new Promise((resolve) => listening.once('listening', resolve));
    const { port } = listening.address() as AddressInfo;
    const { path } = await bridgeTo(`http://127.0.0.1:${port}/s`);
    const headers = { 'accept-language': 'ru', cookie: 'a=b', 'x-forwarded-for': '192.0.2.1' };
    const answer = await fetch(path, { method: 'POST', headers, body: new Uint8Array(300) });
    expect((await answer.bytes()).length).toBe(260);
    expect(answer.headers.has('server')).toBe(false);
    expect(seen.flatMap((each) => Object.keys(each)).sort()).toEqual(
      ['connection', 'content-length', 'content-type', 'host'].sort(),
    );
    expect(seen[0]?.host).toBe(`127.0.0.1:${port}`);
  });

  test('hands out the files of the page only where its host wants that', async () => {
    const [endpoint = ''] = (await server()).endpoints;
    const [without, withApp] = [await bridgeTo(endpoint), await bridgeTo(endpoint, { app: true })];
    expect((await fetch(`${without.path}/`)).status).toBe(404);
    const page = await fetch(`${withApp.path}/`);
    expect(await page.text()).toContain('Polynya');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await fetch(`${withApp.path}/none.js`)).status).toBe(404);
    expect((await fetch(`${withApp.path}/a/..%2f..%2fs`)).status).toBe(404);
  });

  test('lets a page of another origin in', async () => {
    const { path, url } = await bridgeTo((await server()).endpoints[0] ?? '');
    const asked = { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } };
    expect((await fetch(path, asked)).headers.get('access-control-allow-origin')).toBe('*');
    const elsewhere = await fetch(`${url}/elsewhere`, asked);
    expect([elsewhere.status, elsewhere.headers.get('access-control-allow-origin')]).toEqual([
      404,
      null,
    ]);
  });
});

describe('without its secret path a bridge', () => {
  const binary = { 'content-type': 'application/octet-stream' };
  const asked: [string, RequestInit][] = [
    ['GET', {}],
    ['HEAD', { method: 'HEAD' }],
    ['DELETE', { method: 'DELETE' }],
    ['POST', { method: 'POST', headers: binary, body: new Uint8Array(300) }],
    ['empty POST', { method: 'POST', headers: binary }],
  ];
  test.each(asked)(
    'answers a %s as its site does, even where the path is known',
    async (_, init) => {
      const { url, path } = await bridgeTo((await server()).endpoints[0] ?? '');
      const ordinary = await told(await fetch(`${url}/no-such-page`, init));
      expect(ordinary.status).toBe(404);
      for (const probe of [`${url}/s`, `${path}x`, path.slice(0, -1), `${path}/`, path]) {
        expect(await told(await fetch(probe, init))).toEqual(ordinary);
      }
    },
  );

  test('takes no WebSocket, and none by its path either when the server is not there', async () => {
    const { url, path } = await bridgeTo(await nobody());
    expect(await upgrade(`${url}/s`)).toBe(404);
    expect(await upgrade(path)).toBe(404);
    const post = { method: 'POST', headers: binary, body: new Uint8Array(300) };
    expect(await told(await fetch(path, post))).toEqual(await told(await fetch(`${url}/x`, post)));
  });

  test('shows its site', async () => {
    const { url } = await bridgeTo(await nobody());
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });
});

const pinned = pinnedWebSocketCarrier(dialerFor());

test('a bridge with a certificate of its own is known by the hash of that, and by no other', async () => {
  const { endpoints, identity } = await server();
  const { cert, key, pin } = loadOwnCertificate(join(folder, 'bridge'), '127.0.0.1');
  expect(loadOwnCertificate(join(folder, 'bridge'), '127.0.0.1').pin).toBe(pin);
  const bridge = await bridgeTo(endpoints[0] ?? '', { tls: { cert, key } });
  const at = `https${bridge.path.slice(4)}`;
  const client = await WireClient.connect(at + pin, identity, pinned);
  expect(await client.ask('handles', { count: 1 })).toMatchObject({ handles: [{}] });
  client.close();
  const { pin: other } = loadOwnCertificate(join(folder, 'other'), '127.0.0.1');
  const opening = pinned.open(at + other, AbortSignal.timeout(60_000));
  await expect(opening).rejects.toThrow('another certificate');
});

test('a bridge that stops ends its connections, so that clients go elsewhere', async () => {
  const { endpoints } = await server();
  const bridge = await bridgeTo(endpoints[0] ?? '');
  const socket = new WebSocket(bridge.path.replace('http', 'ws'));
  await new Promise((resolve) => socket.once('open', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await bridge.close();
  expect(await ended).toBe(1001);
});

test('each server has a path of its own, the same after a restart', () => {
  const secret = systemRandom(32);
  const of = (host: string) => routeTo(`https://${host}/s`, secret).path;
  expect(of('a.example')).toMatch(/^[\w-]{22}$/);
  expect(of('a.example')).toBe(of('a.example'));
  expect(of('b.example')).not.toBe(of('a.example'));
  expect(routeTo('https://a.example/s', systemRandom(32)).path).not.toBe(of('a.example'));
});
