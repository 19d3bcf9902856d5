/** What anybody sees who comes to the port, on loopback: byte for byte what nginx answered to the same. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect as secureConnect, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { selfSigned } from '../bridge/self-signed.ts';
import type { Certified } from '../http/tls-options.ts';
import { type Front, openFront } from './front.ts';
import { Site } from './site.ts';

interface Vectors {
  readonly modified: number;
  readonly folders: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly exchanges: readonly {
    readonly what: string;
    readonly sent: readonly (string | readonly [string, number])[];
    readonly answer: string;
    readonly ends: boolean;
  }[];
}

const path = join(import.meta.dirname, '../../../../vectors/web-site.json');
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
const OURS = '/the-secret';
const certificate = selfSigned('127.0.0.1');

let folder = '';
let front: Front;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-site-'));
  for (const name of vectors.folders) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries(vectors.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, 'latin1');
    utimesSync(join(folder, name), vectors.modified, vectors.modified);
  }
});
afterEach(async () => {
  const closed = front.close();
  front.closeAllConnections();
  await closed;
  rmSync(folder, { recursive: true });
});

async function open(tls?: Certified): Promise<void> {
  const inner = createServer((request, response) => {
    if (request.url === OURS) response.end(`ours by ${request.method}`);
    else front.refuse(request, response);
  });
  inner.on('upgrade', (request, socket, head) => {
    front.refuseUpgrade(request, socket as Parameters<Front['refuseUpgrade']>[1], head);
  });
  front = await openFront({
    ...{ host: '127.0.0.1', port: 0, connections: 1_000, inner, site: new Site(folder) },
    ...(tls && { tls }),
    isOurs: (target) => target.startsWith(OURS),
  });
}

/** Sends it, and reads until so many bytes have come, or the end where there is to be one. */
function ask(sent: string, wanted: { length: number; ends: boolean }, secure = false) {
  const to = { host: '127.0.0.1', port: front.port };
  const socket = secure ? secureConnect({ ...to, rejectUnauthorized: false }) : connect(to);
  let got = '';
  return new Promise<string>((resolve) => {
    const over = (): void => {
      socket.destroy();
      resolve(got.replaceAll(/^Date: .*\r$/gm, 'Date: NOW\r'));
    };
    socket.on('data', (part) => {
      got += part.toString('latin1');
      const bare = got.replaceAll(/^Date: .*\r$/gm, 'Date: NOW\r');
      if (!wanted.ends && bare.length >= wanted.length) over();
    });
    socket.on('error', over);
    socket.on('close', over);
    socket.write(Buffer.from(sent, 'latin1'));
  });
}

/** Of a redirect, which names where it is. */
function here(answer: string): string {
  return answer.replaceAll('https://site.example:PORT/', `http://site.example:${front.port}/`);
}

function textOf(sent: Vectors['exchanges'][number]['sent']): string {
  return sent.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('');
}

test('every request of vectors/web-site.json gets the answer that nginx gave', async () => {
  await open();
  const answered = vectors.exchanges.filter(({ answer }) => answer !== '');
  expect(answered.length).toBeGreaterThan(90);
  await Promise.all(
    answered.map(async ({ what, sent, answer, ends }) => {
      const wanted = here(answer);
      expect([what, await ask(textOf(sent), { length: wanted.length, ends })]).toEqual([
        what,
        wanted,
      ]);
    }),
  );
});

test('a folder’s own page for what is missing comes with the status and the headers of nginx', async () => {
  writeFileSync(join(folder, '404.html'), '<h1>gone</h1>\n');
  utimesSync(join(folder, '404.html'), vectors.modified, vectors.modified);
  await open();
  const got = await ask('GET /nothing HTTP/1.0\r\n\r\n', { length: 0, ends: true });
  expect(got).toBe(
    'HTTP/1.1 404 Not Found\r\nServer: nginx\r\nDate: NOW\r\nContent-Type: text/html\r\nContent-Length: 14\r\nConnection: close\r\nETag: "65937d25-e"\r\n\r\n<h1>gone</h1>\n',
  );
});

describe('behind the secret path', () => {
  const missing = 'HEAD /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const end = { length: 0, ends: true };

  test.each([
    ['plain', undefined],
    ['TLS', certificate],
  ])(
    'a request is handed on with its body, after others of the site too, over %s',
    async (_, tls) => {
      await open(tls);
      const first = 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n';
      const ours = `POST ${OURS} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc`;
      const got = await ask(first + ours, end, tls !== undefined);
      expect(got).toMatch(
        /^HTTP\/1.1 404 .*Connection: keep-alive.*HTTP\/1.1 200 OK.*ours by POST/s,
      );
    },
  );

  test('what is not taken after all is answered as anywhere else, upgrades too', async () => {
    await open();
    const ordinary = await ask(missing, end);
    const near = missing.replace('/nothing', `${OURS}/x`);
    expect(await ask(near, end)).toBe(ordinary);
    const upgrade = near.replace('close', 'close, upgrade\r\nUpgrade: websocket');
    expect(await ask(upgrade, end)).toBe(ordinary);
    const kept = near.replace('Connection: close', 'Connection: upgrade\r\nUpgrade: websocket');
    expect(await ask(kept + missing, end)).toBe(ordinary.replace('close', 'keep-alive') + ordinary);
  });
});

test('plain HTTP where TLS is spoken is told so, and nonsense is not answered in another way', async () => {
  await open(certificate);
  const got = await ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n', { length: 0, ends: true });
  expect(got).toMatch(
    /^HTTP\/1.1 400 Bad Request\r\nServer: nginx\r\n.*sent to HTTPS port<\/center>/s,
  );
  const secure = await ask('HEAD / HTTP/1.0\r\n\r\n', { length: 0, ends: true }, true);
  expect(secure).toMatch(/^HTTP\/1.1 200 OK\r\nServer: nginx\r\n/);
});

test('a connection is forgotten when it ends, in its handshake too', async () => {
  await open(certificate);
  const to = { host: '127.0.0.1', port: front.port };
  for (const socket of [connect(to), secureConnect({ ...to, rejectUnauthorized: false })]) {
    await once(socket, socket instanceof TLSSocket ? 'secureConnect' : 'connect');
    socket.destroy();
  }
  await expect.poll(() => front.connections(), { timeout: 60_000 }).toBe(0);
}, 90_000);

test('the certificate of a challenge is shown to who asks for its name by its protocol alone, and only meanwhile', async () => {
  const under = selfSigned('1.2.0.192.in-addr.arpa');
  let asked = true;
  const name = '1.2.0.192.in-addr.arpa';
  const challenge = (of: string) => (asked && of.toLowerCase() === name ? under : undefined);
  await open({ ...certificate, challenge });
  const shown = async (protocols: string[], servername = name) => {
    const socket = secureConnect({
      ...{ host: '127.0.0.1', port: front.port, rejectUnauthorized: false },
      ...{ servername, ALPNProtocols: protocols },
    });
    try {
      await once(socket, 'secureConnect');
      return [socket.alpnProtocol, socket.getPeerCertificate().subject.CN];
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      socket.destroy();
    }
  };
  expect(await shown(['acme-tls/1'])).toEqual(['acme-tls/1', name]);
  expect(await shown(['http/1.1'])).toEqual(['http/1.1', '127.0.0.1']);
  expect(await shown(['acme-tls/1', 'http/1.1'])).toEqual(['http/1.1', '127.0.0.1']);
  // No SNI.
  expect(await shown(['acme-tls/1'], '')).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
  asked = false;
  expect(await shown(['acme-tls/1'])).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
  expect(await shown(['h2', 'http/1.1'])).toEqual(['http/1.1', '127.0.0.1']);
});
