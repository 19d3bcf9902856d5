import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { systemRandom } from '../../clock.ts';
import { dialerFor } from '../../test/dialer-for.ts';
import { nodeWebSocketCarrier } from './node-client.ts';
import { WEBSOCKET_OPTIONS } from './server.ts';
import { beUneven, sendUnevenly, unevenHeader, unevenPong } from './uneven.ts';

const PATIENCE = { timeout: 60_000 };
const TIMES = 100;

const http = createServer();
const sockets = new WebSocketServer({ server: http, ...WEBSOCKET_OPTIONS });
let endpoint = '';
beforeEach(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}/s`;
});
afterEach(() => {
  sockets.close();
  http.close();
});

test('envelopes of one length come whole and in order, each with something beside it whose length says nothing', async () => {
  const beside = new Set<number>();
  const heads = new Set<number>();
  const came: number[] = [];
  sockets.on('headers', (headers) => headers.push(`etag: ${unevenHeader(systemRandom).etag}`));
  sockets.on('connection', (socket, { socket: stream, headers }) => {
    heads.add((headers.cookie ?? '').length);
    beUneven(stream, systemRandom);
    socket.on('pong', (data) => beside.add(data.length));
    socket.on('message', (data: Buffer) => sendUnevenly(socket, stream, data, systemRandom));
  });
  const carrier = await nodeWebSocketCarrier(dialerFor()).open(
    endpoint,
    AbortSignal.timeout(60_000),
  );
  carrier.onEnvelope = (envelope) => came.push(envelope[0] ?? -1);
  for (let i = 0; i < TIMES; i++) carrier.send(new Uint8Array(256).fill(i));
  await vi.waitFor(() => expect(came).toHaveLength(TIMES), PATIENCE);
  expect(came).toEqual(Array.from({ length: TIMES }, (_, i) => i));
  expect(beside.size).toBeGreaterThan(10);
  expect([...heads][0]).toBeGreaterThan(3);
  const [open] = sockets.clients;
  carrier.close();
  await vi.waitFor(() => expect(open?.readyState).toBe(3), PATIENCE);
});

/** Bytes of a packet of TCP over Ethernet; what TLS adds to a record, of at least so many bytes; of a first flight. */
const PACKET = 1_448;
const RECORD = 22;
const FRAGMENT = 512;
const FLIGHT = 1_344;

test.each([256, 512, FLIGHT])(
  'what is beside an envelope of %i bytes takes no packet more',
  (length) => {
    const beside = new Set<number>();
    for (let i = 0; i < TIMES; i++) {
      const pong = unevenPong(systemRandom, length).length;
      beside.add(pong);
      const framed = 8 + length + 6 + pong;
      expect(framed + RECORD * Math.ceil(framed / FRAGMENT)).toBeLessThanOrEqual(PACKET);
    }
    expect(beside.size).toBeGreaterThan(5);
  },
);
