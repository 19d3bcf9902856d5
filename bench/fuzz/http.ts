/** Requests of HTTP for a server's port, whole and damaged, over plain TCP. */
import { connect } from 'node:net';
import { type Dice, damaged } from '@polynya/mls/test/fuzz/mutate';

const TEMPLATES = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /sw.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\nIf-None-Match: "x"\r\n\r\n',
  'GET /%2e%2e/%00/../etc/passwd?x=1 HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n',
  'OPTIONS /s HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\n\r\n',
  'POST /s HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n',
  'POST /s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n',
  'GET /s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'HEAD /host/x HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'));
/** A hostile client need not wait for answers. In ms. */
const LONGEST = 250;

/** So many requests on one connection, each damaged, some followed by what a body or frames may be. */
export async function sendRequests(port: number, dice: Dice, count: number): Promise<void> {
  const parts: Uint8Array[] = [];
  for (let made = 0; made < count; made++) {
    parts.push(damaged(dice, dice.pick(TEMPLATES)));
    if (dice.below(3) === 0) parts.push(dice.bytes(dice.below(600)));
  }
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(Buffer.concat(parts));
  await new Promise<void>((resolve) => {
    const late = setTimeout(() => socket.destroy(), LONGEST);
    socket.on('close', () => {
      clearTimeout(late);
      resolve();
    });
  });
}
