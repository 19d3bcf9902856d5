import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stunStep } from './datagrams.ts';

const COOKIE = '2112a442';
let server: Socket;
let filtered: boolean;

beforeEach(async () => {
  filtered = false;
  server = createSocket('udp4', (request, from) => {
    const cookie = request.subarray(4, 8).toString('hex') === COOKIE;
    if (filtered && cookie) return;
    const head = Buffer.from('01010000', 'hex');
    server.send(Buffer.concat([head, request.subarray(4, 20)]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

test('a STUN server answers with and without the cookie', async () => {
  const { port } = server.address();
  expect(await stunStep('127.0.0.1', port, true)).toBe('ok');
  expect(await stunStep('127.0.0.1', port, false)).toBe('ok');
});

test('where the cookie is filtered, only what has none is answered', async () => {
  filtered = true;
  const { port } = server.address();
  const both = [stunStep('127.0.0.1', port, true), stunStep('127.0.0.1', port, false)];
  expect(await Promise.all(both)).toEqual(['silent', 'ok']);
});
