/** Both halves from Node, over loopback. A browser's half: packages/reach/e2e. */
import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { encodeDirectEndpoint } from '@polynya/protocol/webrtc-direct';
import { selfSigned } from '@polynya/server/bridge/self-signed';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../client/client.ts';
import { systemClock, systemRandom } from '../../clock.ts';
import type { ServerSessions } from '../../server/server-sessions.ts';
import { seeded } from '../../test/bad-carrier.ts';
import { BadDatagrams } from '../../test/bad-datagrams.ts';
import { freeUdpPort } from '../../test/free-udp-port.ts';
import { startSessions } from '../../test/loopback.ts';
import { ToyLogs } from '../../test/toy-log.ts';
import { DirectListener } from './listener.ts';
import { nodeDirectCarrier } from './node-client.ts';
import { DirectError, loadLibrary } from './node-datagrams.ts';
import { acceptDirect } from './server.ts';

const HERE = '127.0.0.1';
const SECRET = 'AAECAwQFBgcICQoLDA0ODw';
const ID = new Uint8Array(16).fill(1);
const OPEN = new Uint8Array(32).fill(2);
const NEVER = new AbortController().signal;

const { cert, key } = selfSigned('WebRTC');
const fingerprint = new Uint8Array(
  createHash('sha256').update(new X509Certificate(cert).raw).digest(),
);

let port: number;
let listener: DirectListener;
let sessions: ServerSessions;
let logs: ToyLogs;
const endpointAt = (at: number) =>
  encodeDirectEndpoint({ address: HERE, port: at, secret: SECRET, fingerprint });

beforeEach(async () => {
  logs = new ToyLogs();
  sessions = await startSessions(logs);
  port = await freeUdpPort();
  listener = await DirectListener.start({
    ...{ address: HERE, port, cert, key, connections: 4, clock: systemClock },
    doors: [{ secret: SECRET, enter: (carrier) => acceptDirect(carrier, sessions, systemClock) }],
  });
});
afterEach(() => {
  listener.close();
  sessions.stop();
});

const open = (endpoint: string) => nodeDirectCarrier().open(endpoint, NEVER);

describe('WebRTC-Direct', () => {
  test('carries a session by nothing but address, secret and fingerprint, through loss, repeats and disorder', async () => {
    const badness = { drop: 0.05, repeat: 0.1, late: 0.1 };
    const network = new BadDatagrams(port, badness, seeded(7));
    const connection = new Connection({
      address: { identity: sessions.identity(), endpoints: [endpointAt(await network.start())] },
      ...{ carriers: [nodeDirectCarrier()], clock: systemClock, random: systemRandom },
    });
    const log = connection.log(ID, OPEN);
    const bodies = [1, 2].map((byte) => new Uint8Array(30_000).fill(byte));
    const seen: number[] = [];
    log.watch({ entries: (some) => void seen.push(...some.map(({ body }) => body[0] ?? -1)) }, 1);
    for (const body of bodies) await log.append([{ id: systemRandom(16), epoch: 0, body }]);
    await expect.poll(() => seen, { timeout: 60_000 }).toEqual([1, 2]);
    expect(logs.log(ID).map(({ body }) => body)).toEqual(bodies);
    connection.close();
    await expect.poll(() => listener.connections, { timeout: 60_000 }).toBe(0);
    network.stop();
  });

  test('tells a carrier that what it brought was refused', async () => {
    const carrier = await open(endpointAt(port));
    const ended = new Promise((resolve) => {
      carrier.onClose = resolve;
    });
    carrier.send(new Uint8Array(300));
    expect(await ended).toBe('refused');
    await expect.poll(() => listener.connections, { timeout: 60_000 }).toBe(0);
  });

  test('is not opened to a server that shows another certificate', async () => {
    const other = { address: HERE, port, secret: SECRET, fingerprint: new Uint8Array(32) };
    await expect(open(encodeDirectEndpoint(other))).rejects.toThrow('no answer');
  });

  test('takes so many connections at a time and no more', async () => {
    const carriers = await Promise.all([1, 2, 3, 4].map(() => open(endpointAt(port))));
    const late = nodeDirectCarrier().open(endpointAt(port), AbortSignal.timeout(500));
    await expect(late).rejects.toThrow();
    for (const carrier of carriers) carrier.close();
    await expect.poll(() => listener.connections, { timeout: 60_000 }).toBe(0);
  });

  test('says in a sentence that a port cannot be had, and that a platform has no library', async () => {
    const again = DirectListener.start({
      ...{ address: HERE, port, cert, key, connections: 4, clock: systemClock, doors: [] },
    });
    await expect(again).rejects.toThrow(DirectError);
    await expect(again).rejects.toThrow(`UDP port ${port} of ${HERE} cannot be had`);
    const none = loadLibrary(() => Promise.reject(new Error('no such file')));
    await expect(none).rejects.toThrow(/node-datachannel, which was not installed or has no build/);
  });
});

describe('the port stays silent', () => {
  test('to datagrams that are nobody’s, to requests without a token, and to those of a call that it took before', async () => {
    const network = new BadDatagrams(port, { drop: 0, repeat: 0, late: 0 }, () => 1);
    const carrier = await open(endpointAt(await network.start()));
    carrier.close();
    await expect.poll(() => listener.connections, { timeout: 60_000 }).toBe(0);
    network.stop();
    const request = network.sent.find((datagram) => datagram.readUInt16BE(0) === 1);
    expect(request?.toString('latin1')).toMatch(/[A-Za-z0-9+/]{70}/);
    const changed = Buffer.from(request ?? '');
    changed[changed.indexOf(':') - 9] = 65;
    const probes = [Buffer.from('hello'), Buffer.alloc(1_200, 22), changed, ...network.sent];
    const prober = createSocket('udp4');
    let answers = 0;
    prober.on('message', () => answers++);
    for (const probe of probes) prober.send(probe, port, HERE);
    // What is answered after these were read would have been answered before it.
    (await open(endpointAt(port))).close();
    expect(answers).toBe(0);
    prober.close();
  });
});
