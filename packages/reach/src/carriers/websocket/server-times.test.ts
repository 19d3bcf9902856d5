/** What a server does with WebSockets on which nothing is heard, and with those that it closed. */

import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { VirtualTime } from '../../test/virtual-time.ts';
import { frameOf, OPCODES } from './frames.ts';
import { DEFAULT_WEBSOCKET_LIMITS, WebSockets } from './server.ts';

const { silence } = DEFAULT_WEBSOCKET_LIMITS;
const request = { headers: { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' } };
const nobody = { receive: () => 'unknown' as const };
/** A pong, masked with zeros. */
const pong = (): Buffer => Buffer.concat([Buffer.of(0x8a, 0x80), Buffer.alloc(4)]);

/** A connection, what the client is sent, and who says something on it. */
function stand() {
  const time = new VirtualTime();
  const sockets = new WebSockets(time);
  const sent: Buffer[] = [];
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      sent.push(chunk);
      done();
    },
  });
  sockets.accept(request as unknown as IncomingMessage, stream, Buffer.alloc(0), nobody);
  const say = async (bytes: Buffer): Promise<void> => {
    stream.push(bytes);
    await new Promise(setImmediate);
  };
  return { time, sockets, sent, stream, say };
}

async function pass(time: VirtualTime, ms: number): Promise<void> {
  let passed = false;
  time.setTimeout(() => {
    passed = true;
  }, ms);
  await time.until(() => passed, ms);
}

test('the handshake is answered as RFC 6455 section 1.3 has it', () => {
  const { sent } = stand();
  expect(sent.toString()).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n');
});

test('a connection on which nothing is heard is cut off, one that says something is not', async () => {
  const { time, sockets, stream, say } = stand();
  await pass(time, 0.9 * silence);
  await say(pong());
  await pass(time, 0.9 * silence);
  expect(stream.destroyed).toBe(false);
  await pass(time, 0.3 * silence);
  expect(stream.destroyed).toBe(true);
  await new Promise(setImmediate);
  expect(sockets.clients.size).toBe(0);
});

test('what is unknown is answered by a close without a reason, and a client that does not go is cut off', async () => {
  const { time, sent, stream, say } = stand();
  const binary = frameOf(OPCODES.binary, new Uint8Array(3));
  await say(Buffer.concat([Buffer.of(0x82, 0x83), Buffer.alloc(4), binary.subarray(2)]));
  expect(sent.at(-1)).toEqual(Buffer.of(0x88, 0));
  expect(stream.destroyed).toBe(false);
  await pass(time, 0.3 * silence);
  expect(stream.destroyed).toBe(true);
});

test('a ping is answered, a text is not for us', async () => {
  const { sent, say } = stand();
  await say(Buffer.concat([Buffer.of(0x89, 0x82), Buffer.alloc(4), Buffer.from('hi')]));
  expect(sent.at(-1)).toEqual(Buffer.concat([Buffer.of(0x8a, 2), Buffer.from('hi')]));
  await say(Buffer.concat([Buffer.of(0x81, 0x82), Buffer.alloc(4), Buffer.from('hi')]));
  expect(sent.at(-1)).toEqual(Buffer.of(0x88, 2, 0x03, 0xeb));
});

test('a connection that ended before it could be served is not kept', () => {
  const sockets = new WebSockets(new VirtualTime());
  const stream = new Duplex({ read: () => undefined, write: (_, __, done) => done() });
  stream.destroy();
  sockets.accept(request as unknown as IncomingMessage, stream, Buffer.alloc(0), nobody);
  expect(sockets.clients.size).toBe(0);
});
