/** What one connection can make the site hold, on loopback. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Site } from './site.ts';
import { converse } from './site-conversation.ts';

const PATIENCE = 60_000;
/** Bytes of the one page. */
const LARGE = 16_777_216;

let folder = '';
let listening: Server;
let visitor: Socket;
/** The site's end of the connection. */
let served: Socket;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-site-'));
  writeFileSync(join(folder, 'index.html'), Buffer.alloc(LARGE, 'a'));
  const site = new Site(folder);
  listening = createServer((socket) => {
    served = socket;
    const at = { secure: false, port: 80 };
    converse(socket, { site, at, isOurs: () => false, handOn: () => undefined });
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  visitor = connect((listening.address() as AddressInfo).port, '127.0.0.1');
  await once(visitor, 'connect');
});
afterEach(() => {
  visitor.destroy();
  listening.close();
  rmSync(folder, { recursive: true });
});

test(
  'requests that come at once are answered one after another, as fast as answers are read',
  async () => {
    const requests = 4;
    visitor.write('GET / HTTP/1.1\nHost: x\n\n'.repeat(requests));
    await once(visitor, 'readable');
    expect(served.writableLength).toBeLessThan(LARGE / 8);
    let bytes = 0;
    const all = Promise.withResolvers<void>();
    visitor.on('data', (part) => {
      bytes += part.length;
      if (bytes > requests * LARGE) all.resolve();
    });
    await all.promise;
  },
  PATIENCE,
);

test(
  'a page is held once, however slowly it is read, and comes whole before the connection ends',
  async () => {
    visitor.write('GET / HTTP/1.0\n\n');
    await once(visitor, 'readable');
    expect(served.writableLength).toBeLessThan(LARGE / 8);
    let bytes = 0;
    visitor.on('data', (part) => {
      bytes += part.length;
    });
    await once(visitor, 'end');
    expect(bytes).toBeGreaterThan(LARGE);
  },
  PATIENCE,
);

test(
  'empty lines before a request are not kept, however many there are',
  async () => {
    const some = Buffer.alloc(65_536, '\r\n');
    for (let sent = 0; sent < 512; sent++) {
      if (!visitor.write(some)) await once(visitor, 'drain');
    }
    visitor.write('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = (await once(visitor, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200 OK/);
  },
  PATIENCE,
);
