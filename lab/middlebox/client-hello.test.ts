import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readClientHello } from './client-hello.ts';

/** What Node's own client sends first. */
async function helloOf(options: object): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, ...options });
  client.on('error', () => client.destroy());
  const [socket] = await once(server, 'connection');
  const [head] = await once(socket, 'data');
  client.destroy();
  server.close();
  return head;
}

/** The same handshake message in records of at most `size` bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const records: Buffer[] = [];
  for (let at = 5; at < hello.length; at += size) {
    const part = hello.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(records);
}

describe('a ClientHello', () => {
  let hello: Buffer;

  beforeAll(async () => {
    hello = await helloOf({ servername: 'Chat.Example', ALPNProtocols: ['http/1.1'] });
  });

  test('tells the name asked for, in lower case, and JA4 (a: TLS 1.3, name, ALPN)', () => {
    const read = readClientHello(hello);
    expect(read).toMatchObject({ name: 'chat.example' });
    expect((read as { ja4: string }).ja4).toMatch(/^t13d\d{4}h1_[0-9a-f]{12}_[0-9a-f]{12}$/);
  });

  test('is of the same kind without a name and without ALPN', async () => {
    const other = readClientHello(await helloOf({ servername: '' }));
    expect(other).toMatchObject({
      name: null,
      kind: (readClientHello(hello) as { kind: string }).kind,
    });
  });

  test('is the same whatever Chromium sprinkles into its signature algorithms (RFC 8701)', async () => {
    const own = (await helloOf({ sigalgs: 'ECDSA+SHA384:RSA+SHA512:RSA+SHA384' })).toString('hex');
    const sprinkled = ['0503', '1a1a', 'fafa'].map((one) =>
      readClientHello(Buffer.from(own.replace('050306010501', `${one}06010501`), 'hex')),
    );
    expect(sprinkled[1]).toEqual(sprinkled[2]);
    expect(sprinkled[1]).not.toEqual(sprinkled[0]);
  });

  test('is not known before its last byte, and known with it, whatever records it comes in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), (size, cut) => {
        const stream = inRecords(hello, size);
        expect(readClientHello(stream)).toEqual(readClientHello(hello));
        expect(readClientHello(stream.subarray(0, cut % stream.length))).toBe('more');
      }),
    );
  });

  test('is known although more follows it', () => {
    const more = Buffer.concat([hello, Buffer.from([20, 3, 3, 0, 1, 1])]);
    expect(readClientHello(more)).toEqual(readClientHello(hello));
  });

  test('is not found in anything else, and nothing is thrown by nonsense', () => {
    expect(readClientHello(Buffer.from('GET / HTTP/1.1\r\n'))).toBe('other');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const body = Buffer.from(bytes);
        const head = Buffer.from([22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length]);
        expect(['other', 'object']).toContain(
          ((read) => (read === 'other' ? read : typeof read))(
            readClientHello(Buffer.concat([head, body])),
          ),
        );
      }),
    );
  });
});
