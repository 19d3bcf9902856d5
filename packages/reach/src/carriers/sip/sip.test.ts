/** Sips over real HTTP, by ways that freeze every connection after a few kilobytes. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { LIMITS } from '@polynya/protocol/limits';
import type { Entry } from '@polynya/protocol/requests';
import { encodeUpSip } from '@polynya/protocol/sip';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '../../clock.ts';
import { Loopback } from '../../test/loopback.ts';
import { webSocketCarrier } from '../websocket/client.ts';
import { sipCarrier } from './sip.ts';

const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const PATIENCE = { timeout: 60_000, interval: 50 };

/** A way to the server on which each connection freezes without a word. */
class FreezingWay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes each way after which it lets nothing through any more. */
  bears = 3_072;
  connections = 0;
  frozen = 0;

  private constructor(port: number) {
    this.#server = createServer((client) => {
      this.connections++;
      const server = connect(port, '127.0.0.1');
      this.#pipe(client, server);
      this.#pipe(server, client);
    });
  }

  static async to(endpoint: string): Promise<FreezingWay> {
    const way = new FreezingWay(Number(new URL(endpoint).port));
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/s`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pipe(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    let bytes = 0;
    from.on('data', (part: Buffer) => {
      const before = bytes;
      bytes += part.length;
      if (bytes <= this.bears) to.write(part);
      else if (before <= this.bears) this.frozen++;
    });
    from.on('end', () => bytes <= this.bears && to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => this.#sockets.delete(from));
  }
}

let server: Loopback;
let ways: FreezingWay[];
beforeEach(async () => {
  server = await Loopback.start();
  ways = await Promise.all(Array.from({ length: 8 }, () => FreezingWay.to(server.endpoint)));
});
afterEach(async () => {
  for (const way of ways) way.close();
  await server.stop();
});

function client(carriers = [sipCarrier(systemClock, systemRandom)], proven = 'sip') {
  const endpoints = ways.map(({ endpoint }) => endpoint);
  const address = { identity: server.sessions.identity(), endpoints };
  return server.connect({ address, loadWay: () => Promise.resolve(proven) }, carriers);
}

test('large entries go up and come down, though each connection carries 3 KB and no host gets a fourth', async () => {
  const log = client().log(ID, SECRET);
  const body = systemRandom(9_000);
  expect(await log.append([{ id: systemRandom(16), epoch: 0, body }])).toEqual({ seqs: [1] });
  const { entries } = await log.read(1, LIMITS.entryBody);
  expect(entries[0]?.body).toEqual(body);
  // The one by which the carrier may see that no longer piece passes.
  expect(ways.reduce((sum, { frozen }) => sum + frozen, 0)).toBeLessThanOrEqual(1);
  expect(Math.max(...ways.map(({ connections }) => connections))).toBeLessThanOrEqual(3);
}, 120_000);

test('where connections bear more, pieces grow: what would take 30 of them takes fewer than a minute has', async () => {
  for (const way of ways) way.bears = 12_000;
  const body = systemRandom(60_000);
  await client()
    .log(ID, SECRET)
    .append([{ id: systemRandom(16), epoch: 0, body }]);
  expect(ways.reduce((sum, { connections }) => sum + connections, 0)).toBeLessThan(24);
}, 50_000);

test('a WebSocket that freezes is left for sips, and what waited in it arrives once', async () => {
  const reader = server.connect().log(ID, SECRET);
  const seen: Entry[] = [];
  reader.watch({ entries: (entries) => void seen.push(...entries) }, 1);
  const connection = client([webSocketCarrier, sipCarrier(systemClock, systemRandom)], '');
  const log = connection.log(ID, SECRET);
  const append = (size: number) =>
    log.append([{ id: systemRandom(16), epoch: 0, body: systemRandom(size) }]);
  await append(100);
  await append(4_000);
  await vi.waitFor(() => expect(seen.map(({ seq }) => seq)).toEqual([1, 2]), PATIENCE);
  expect(ways.some(({ frozen }) => frozen > 0)).toBe(true);
}, 120_000);

test('a WebSocket stays, though the server takes long for what it was asked', async () => {
  const carriers = [webSocketCarrier, sipCarrier(systemClock, systemRandom)];
  const log = server.connect({}, carriers).log(ID, SECRET);
  await log.append([{ id: systemRandom(16), epoch: 0, body: systemRandom(9) }]);
  const [socket] = server.sockets;
  server.logs.delay = () => new Promise((resolve) => setTimeout(resolve, 6_000));
  await log.append([{ id: systemRandom(16), epoch: 0, body: systemRandom(9) }]);
  expect([...server.sockets]).toEqual([socket]);
}, 120_000);

test('a stranger’s sip gets the site’s answer, as any unknown body does', async () => {
  const sip = { handle: systemRandom(16), exchange: systemRandom(16), from: 0, most: 1 };
  for (const body of [
    encodeUpSip({ ...sip, total: 300, offset: 0, piece: systemRandom(300) }),
    encodeUpSip({ ...sip, total: 9_000, offset: 0, piece: systemRandom(2_000) }),
    encodeUpSip({ ...sip, total: 300, offset: 300, piece: new Uint8Array(0) }),
  ]) {
    const response = await fetch(server.endpoint, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([404, 'not here']);
  }
});
