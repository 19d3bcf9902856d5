/**
 * Tells whoever asks by which address they are seen: a STUN Binding request (RFC 8489 sections 5, 6.3 and 14.2), so that
 * two pages behind routers can tell each other where they are. Nothing else is answered, and nothing kept.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const COOKIE = 0x2112_a442;
const BINDING = 0x0001;
const SUCCESS = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
const HEAD = 20;
/** No answer is much longer than what asked for it: longer requests than clients send are nobody's. */
const LONGEST = 548;

/** The answer to a datagram; null for all but a whole Binding request. */
export function stunAnswer(request: Buffer, address: string, port: number): Buffer | null {
  if (request.length < HEAD || request.length > LONGEST) return null;
  const whole = request.readUInt16BE(2) === request.length - HEAD;
  if (request.readUInt16BE(0) !== BINDING || request.readUInt32BE(4) !== COOKIE || !whole) {
    return null;
  }
  const plain = bytesOf(address);
  const value = Buffer.alloc(4 + plain.length);
  value.writeUInt8(plain.length === 4 ? 1 : 2, 1);
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  // Cookie and transaction id, in this order, are what an address is XORed with.
  for (const [i, byte] of plain.entries()) value[4 + i] = byte ^ (request[4 + i] ?? 0);
  const answer = Buffer.alloc(HEAD + 4 + value.length);
  answer.writeUInt16BE(SUCCESS, 0);
  answer.writeUInt16BE(4 + value.length, 2);
  request.copy(answer, 4, 4, HEAD);
  answer.writeUInt16BE(XOR_MAPPED_ADDRESS, HEAD);
  answer.writeUInt16BE(value.length, HEAD + 2);
  value.copy(answer, HEAD + 4);
  return answer;
}

/** Rejects with the platform's error when the port cannot be had. @param address a literal to listen on */
export function listenForStun(address: string, port: number): Promise<Socket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('message', (request, from) => {
    // Nobody's: it was forged, and cannot be sent to.
    if (from.port === 0) return;
    const answer = stunAnswer(request, from.address, from.port);
    // One that does not leave is asked for again.
    if (answer) socket.send(answer, from.port, from.address, () => undefined);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      // Of single datagrams: the next one may pass.
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
  });
}

function bytesOf(address: string): Buffer {
  const [, mapped] = /^::ffff:([\d.]+)$/.exec(address) ?? [];
  const four = mapped ?? address;
  if (!four.includes(':')) return Buffer.from(four.split('.').map(Number));
  const [head = '', tail] = (four.split('%')[0] ?? '').split('::');
  const groups = (text = ''): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  const bytes = Buffer.alloc(16);
  for (const [i, group] of [...before, ...zeros, ...after].entries())
    bytes.writeUInt16BE(group, 2 * i);
  return bytes;
}
