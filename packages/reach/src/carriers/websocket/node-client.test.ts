import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { dialerFor } from '../../test/dialer-for.ts';
import { pinOf } from '../carrier.ts';
import { pinnedWebSocketCarrier } from './node-client.ts';

const PIN = 'A'.repeat(43);

test('an endpoint says which certificate it shows by the end of its URL', () => {
  expect(pinOf(`https://192.0.2.1/x#sha256=${PIN}`)).toBe(PIN);
  for (const other of ['https://192.0.2.1/x', `https://a/#sha256=${PIN}=`, `https://a/#${PIN}`]) {
    expect(pinOf(other)).toBeUndefined();
  }
});

test('whoever is no TLS server gets a hello and no path', async () => {
  let heard = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (data) => {
      heard = Buffer.concat([heard, data]);
      socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `https://127.0.0.1:${port}/the-secret-path#sha256=${PIN}`;
  await expect(
    pinnedWebSocketCarrier(dialerFor()).open(endpoint, AbortSignal.timeout(60_000)),
  ).rejects.toThrow();
  expect(heard[0]).toBe(22);
  expect(heard.includes('the-secret-path')).toBe(false);
  server.close();
});
