import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import tls from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { NODES_CIPHERS, offerCommonCiphers } from './tls-hello.ts';

afterEach(() => {
  tls.DEFAULT_CIPHERS = NODES_CIPHERS;
});

/** The cipher suites in what `fetch` sends first (RFC 8446 section 4.1.2). */
async function suitesOffered(): Promise<string[]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const end = new AbortController();
  const asking = fetch(`https://127.0.0.1:${port}/`, { signal: end.signal }).catch(() => undefined);
  const [socket] = await once(server, 'connection');
  const [hello] = (await once(socket, 'data')) as [Buffer];
  end.abort();
  socket.destroy();
  server.close();
  await asking;
  const at = 43 + 1 + hello.readUInt8(43);
  const list = hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at));
  return Array.from({ length: list.length / 2 }, (_, i) => list.toString('hex', i * 2, i * 2 + 2));
}

test('the hello offers what OpenSSL offers by itself, in its order, and not Node’s own list', async () => {
  const own = await suitesOffered();
  offerCommonCiphers();
  const offered = await suitesOffered();
  expect(offered).not.toEqual(own);
  const openssl =
    '1302 1303 1301 c02c c030 009f cca9 cca8 ccaa c02b c02f 009e c024 c028 006b ' +
    'c023 c027 0067 c00a c014 0039 c009 c013 0033 009d 009c 003d 003c 0035 002f';
  // Behind them some builds say that they renegotiate safely (RFC 5746 section 3.3).
  expect(offered.slice(0, 30)).toEqual(openssl.split(' '));
});
