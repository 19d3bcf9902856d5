/** A client that asks and does not read: what is held for it is bounded, and it is answered when it reads. */
import { recordRequest } from '@polynya/protocol/envelope';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemRandom } from '../../clock.ts';
import { Loopback } from '../../test/loopback.ts';
import { DEFAULT_WEBSOCKET_LIMITS } from './server.ts';

/** Their answers are of 2 KB each, and far more than the kernel's buffers hold. */
const ASKED = 12_000;

let server: Loopback;
beforeEach(async () => {
  server = await Loopback.start();
});
afterEach(() => server.stop());

test('a client that asks without reading is not read from, and gets every answer once it reads', async () => {
  const socket = new WebSocket(server.endpoint.replace('http', 'ws'));
  let answers = 0;
  socket.on('message', () => answers++);
  await new Promise((resolve) => socket.on('open', resolve));
  socket.pause();
  const identity = server.sessions.identity();
  for (let i = 0; i < ASKED; i++) {
    socket.send(recordRequest(identity, systemRandom(16), systemRandom(224)));
  }
  const [held] = server.sockets;
  await expect.poll(() => held?.isPaused, { timeout: 10_000 }).toBe(true);
  const { unread } = DEFAULT_WEBSOCKET_LIMITS;
  // What had been read in one go before is still answered.
  expect(held?.backlog()).toBeLessThan(2 * unread);
  socket.resume();
  await expect.poll(() => answers, { timeout: 20_000 }).toBe(ASKED);
});
