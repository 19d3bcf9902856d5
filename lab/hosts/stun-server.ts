/** Program: a public STUN server (RFC 8489), which answers those without a cookie too, as RFC 3489 had it. */
import { createSocket } from 'node:dgram';

const PORT = 3_478;
const SUCCESS = Buffer.from('01010000', 'hex');

const socket = createSocket('udp4', (request, { port, address }) => {
  if (request.length < 20 || request.readUInt16BE(0) !== 1) return;
  socket.send(Buffer.concat([SUCCESS, request.subarray(4, 20)]), port, address);
});
socket.bind(PORT, () => console.log('ready'));
