import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeUdpPort } from '../../test/free-udp-port.ts';
import { listenForStun, stunAnswer } from './stun-port.ts';

/** RFC 5769 section 2: transaction id, and what the address of its answers is. */
const ID = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex');
const request = (id = ID) => Buffer.concat([Buffer.from('000100002112a442', 'hex'), id]);

test.each([
  // RFC 5769 sections 2.2 and 2.3.
  ['192.0.2.1', 32_853, '002000080001a147e112a643'],
  [
    '2001:db8:1234:5678:11:2233:4455:6677',
    32_853,
    '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9',
  ],
])('%s is told as in the test vectors of RFC 5769', (address, port, told) => {
  const answer = stunAnswer(request(), address, port)?.toString('hex') ?? '';
  expect(answer.endsWith(told)).toBe(true);
  expect(answer.slice(0, 4)).toBe('0101');
  expect(answer.slice(8, 40)).toBe(`2112a442${ID.toString('hex')}`);
});

test('anything but a whole Binding request gets no answer', () => {
  const changed = request();
  changed.writeUInt16BE(0x0101, 0);
  for (const other of [changed, request().subarray(1), Buffer.concat([request(), ID])]) {
    expect(stunAnswer(other, '192.0.2.1', 9)).toBeNull();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(stunAnswer(Buffer.from(bytes), '192.0.2.1', 9)).toBeNull();
    }),
  );
});

test('a port answers who asks with their own address', async () => {
  const port = await freeUdpPort();
  const stun = await listenForStun('127.0.0.1', port);
  const asker = createSocket('udp4').bind(0, '127.0.0.1');
  await once(asker, 'listening');
  asker.send(request(), port, '127.0.0.1');
  const [answer] = (await once(asker, 'message')) as [Buffer];
  expect(answer).toEqual(stunAnswer(request(), '127.0.0.1', asker.address().port));
  asker.close();
  stun.close();
});

test('a request whose sender forged a port that nobody has ends nothing', async () => {
  const stun = await listenForStun('127.0.0.1', await freeUdpPort());
  const from = { address: '127.0.0.1', family: 'IPv4', port: 0, size: 20 } as const;
  expect(() => stun.emit('message', request(), from)).not.toThrow();
  expect(() => stun.emit('error', new Error('a datagram was lost'))).not.toThrow();
  stun.close();
});
