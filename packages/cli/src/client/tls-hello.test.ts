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

test('the hello offers what browsers offer, in their order, and not Node’s own list', async () => {
  const own = await suitesOffered();
  offerCommonCiphers();
  const offered = await suitesOffered();
  expect(offered).not.toEqual(own);
  expect(offered.slice(0, 15)).toEqual(
    '1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 009c 009d 002f 0035'.split(' '),
  );
});
