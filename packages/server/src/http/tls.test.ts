/** The port over TLS, with certificates made on the spot and a client that trusts only what it was told to. */
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { postCarrier } from '@polynya/reach/carriers/post/client';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../bridge/self-signed.ts';
import { type RunningServer, startServer } from '../serve.ts';
import { startFailure } from '../start-error.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';

let folder = '';
let running: RunningServer | undefined;
const trusted = getCACertificates('default');
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-tls-'));
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  setDefaultCACertificates(trusted);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(tls: { cert: string; key: string }): Promise<RunningServer> {
  running = await startServer({
    ...{ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0, tls },
    ...{ clock: systemSteadyClock, random: systemRandom, log: () => undefined },
  });
  return running;
}

test.each([
  ['WebSocket', webSocketCarrier],
  ['POST', postCarrier],
])('a client that trusts the certificate speaks over %s, another does not', async (_, carrier) => {
  const tls = selfSigned('127.0.0.1');
  const { endpoints, identity, invite, url } = await start(tls);
  const [endpoint = ''] = endpoints;
  expect(endpoint).toBe(`${url}/s`);
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  await expect(fetch(url)).rejects.toThrow();
  setDefaultCACertificates([...trusted, tls.cert]);
  expect((await fetch(url)).status).toBe(404);
  const client = await WireClient.connect(endpoint, identity, carrier);
  await newLogOn(client, { invite: await invite(1, 1) });
  expect(await client.ask('watch', { n: 1 })).toMatchObject({ head: 0 });
  client.close();
});

test('nobody gets a second handshake on the same connection', async () => {
  const { url } = await start(selfSigned('127.0.0.1'));
  const { hostname: host, port } = new URL(url);
  const socket = connect({
    ...{ host, port: Number(port), rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
    minVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  const refusal = once(socket, 'error');
  socket.on('error', () => socket.destroy());
  socket.renegotiate({ rejectUnauthorized: false }, () => undefined);
  expect(String(await refusal)).toContain('no renegotiation');
});

test('a certificate or key that is not one, or not of each other, is told in one sentence', async () => {
  const [one, other] = [selfSigned('127.0.0.1'), selfSigned('127.0.0.1')];
  const locked = createPrivateKey(one.key).export({
    ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  });
  const bad = [
    { cert: one.key, key: one.cert },
    { cert: one.cert, key: one.key.slice(0, 80) },
    { cert: '', key: one.key },
    { cert: one.cert, key: '' },
    { cert: one.cert, key: String(locked) },
  ];
  for (const tls of bad) {
    const error = await start(tls).catch((caught: unknown) => caught);
    expect(startFailure(error)).toMatch(/^The certificate or its key cannot be used: [^.\n]*\.$/);
  }
  const mismatched = await start({ cert: one.cert, key: other.key }).catch((caught) => caught);
  expect(startFailure(mismatched)).toContain('do not belong together');
  await start(one);
});
