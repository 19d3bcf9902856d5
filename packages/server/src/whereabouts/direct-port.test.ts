/** The UDP port of a server and of a bridge, by a client that has nothing but its endpoint. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeDirectEndpoint } from '@polynya/protocol/webrtc-direct';
import { nodeDirectCarrier } from '@polynya/reach/carriers/webrtc-direct/node-client';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { freeUdpPort } from '@polynya/reach/test/free-udp-port';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBridge } from '../bridge/bridge.ts';
import { type RunningServer, startServer } from '../serve.ts';
import { routeTo } from '../site/secret-paths.ts';
import { Site } from '../site/site.ts';
import { StartError } from '../start-error.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';
import { type DirectPlace, DirectPort, isDirectLine, parseDirectPlace } from './direct-port.ts';

let folder = '';
const closing: { close(): unknown }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-direct-'));
});
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
  rmSync(folder, { recursive: true });
});

async function place(): Promise<DirectPlace> {
  return { address: '127.0.0.1', port: await freeUdpPort() };
}

async function server(direct?: DirectPlace): Promise<RunningServer> {
  const running = await startServer({
    ...{ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0, ...(direct && { direct }) },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
  closing.push(running);
  return running;
}

async function talk(endpoint: string, { identity, invite }: RunningServer): Promise<void> {
  const client = await WireClient.connect(endpoint, identity, nodeDirectCarrier());
  await newLogOn(client, { invite: await invite(1, 1) });
  expect(await client.ask('watch', { n: 1 })).toMatchObject({ head: 0 });
  client.close();
}

test('a server is reached by its UDP port, whose endpoint is in its record and the same at each start', async () => {
  const at = await place();
  const first = await server(at);
  const [, endpoint = ''] = first.endpoints;
  expect(decodeDirectEndpoint(endpoint)).toMatchObject(at);
  expect(first.endpointsFor()).toContain(endpoint);
  await talk(endpoint, first);
  await closing.pop()?.close();
  const second = await server(at);
  expect(second.endpoints[1]).toBe(endpoint);
  await talk(endpoint, second);
});

test('a bridge hands on what comes by its UDP port, at a door for each server', async () => {
  const behind = await server();
  const [to = ''] = behind.endpoints;
  const routes = [
    routeTo('http://127.0.0.1:9/s', new Uint8Array(32)),
    routeTo(to, new Uint8Array(32)),
  ];
  const direct = new DirectPort(join(folder, 'bridge'), await place(), systemRandom);
  const bridge = await startBridge({
    ...{ host: '127.0.0.1', port: 0, site: new Site(), routes, app: false, connections: 9, direct },
    report: (error) => {
      throw error;
    },
  });
  closing.push(bridge);
  await talk(direct.endpoint(to), behind);
  const nowhere = WireClient.connect(
    direct.endpoint('http://127.0.0.1:9/s'),
    behind.identity,
    nodeDirectCarrier(),
  );
  await expect(nowhere).rejects.toThrow();
});

test('a port that another has is told in a sentence, and the server does not start', async () => {
  const at = await place();
  await server(at);
  const again = startServer({
    ...{ dataDir: join(folder, 'other'), host: '127.0.0.1', port: 0, direct: at },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
  await expect(again).rejects.toThrow(StartError);
  await expect(again).rejects.toThrow('cannot be had');
});

test.each([
  ['203.0.113.5:33478', { address: '203.0.113.5', port: 33_478 }],
  ['203.0.113.5:33478/3478', { address: '203.0.113.5', port: 33_478, stun: 3_478 }],
  ['203.0.113.5:33478/33478', undefined],
  ['203.0.113.5:33478/0', undefined],
  ['[2001:DB8::5]:443', { address: '2001:db8::5', port: 443 }],
  ['example.org:443', undefined],
  ['203.0.113.5', undefined],
  ['203.0.113.5:0', undefined],
  ['203.0.113.5:65536', undefined],
  ['300.0.113.5:443', undefined],
  ['[203.0.113.5]:443', undefined],
])('%s is read as the place of a port if it is one', (text, expected) => {
  expect(parseDirectPlace(text)).toEqual(expected);
});

test('a line is told from others by its form', () => {
  const direct = new DirectPort(folder, { address: '::1', port: 9 }, systemRandom);
  expect(isDirectLine(direct.endpoint('any'))).toBe(true);
  expect(isDirectLine('https://example.org/x')).toBe(false);
});
