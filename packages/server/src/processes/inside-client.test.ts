/** What waits for a neighbour that takes connections and says nothing on them, over a real port. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { InsideClient } from './inside-client.ts';
import { startInside } from './inside-server.ts';

const key = Buffer.alloc(32, 1);
const ENVELOPE = 65_536;
const SENT = 64;

test('what comes before a line stands waits up to a bound, and what is beyond is dropped', async () => {
  let bytes = 0;
  const inside = await startInside({
    ...{ host: '127.0.0.1', port: 0, key, post: () => undefined },
    hear: { signals: () => undefined, taken: () => undefined, bridges: () => undefined },
    sessions: {
      receive: (envelope) => {
        bytes += envelope.length;
        return Promise.resolve();
      },
    },
  });
  const wait = Promise.withResolvers<Socket>();
  const slow = createServer((socket) => wait.resolve(socket)).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const client = new InsideClient(`127.0.0.1:${(slow.address() as AddressInfo).port}`, key);
  const line = client.line({ envelope: () => undefined, end: () => undefined });
  for (let i = 0; i < SENT; i++) line.send(new Uint8Array(ENVELOPE));
  const socket = await wait.promise;
  const [, port] = inside.address.split(':');
  const onward = connect(Number(port), '127.0.0.1');
  for (const end of [socket, onward]) end.on('error', () => undefined);
  socket.pipe(onward).pipe(socket);
  await expect.poll(() => bytes, { timeout: 60_000 }).toBeGreaterThan(0);
  // What waited goes first: single bytes come behind all of it.
  const behind = () => {
    line.send(new Uint8Array(1));
    return bytes % ENVELOPE;
  };
  await expect.poll(behind, { timeout: 60_000 }).toBeGreaterThan(0);
  client.close();
  slow.close();
  await inside.close();
  expect(bytes).toBeLessThan((SENT / 2) * ENVELOPE);
}, 90_000);
