/** How a client in Node finds a host by name past a resolver that does not help (reach/src/carriers/by-name), over real TLS. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, getCACertificates, type Server, setDefaultCACertificates } from 'node:tls';
import type { DialerOptions } from '@polynya/reach/carriers/by-name/dialer';
import { KnownAddresses } from '@polynya/reach/carriers/by-name/known-addresses';
import { nodePost } from '@polynya/reach/carriers/post/node-post';
import { systemClock } from '@polynya/reach/clock';
import { dialerFor } from '@polynya/reach/test/dialer-for';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../bridge/self-signed.ts';

const HERE = '127.0.0.1';
const ELSEWHERE = '127.0.0.2';
const NAME = 'chat.example';
const trusted = getCACertificates('default');
const [chat, other] = [selfSigned(NAME), selfSigned('other.example')];
const servers: Server[] = [];
let port = 0;
let endpoint = '';

beforeAll(async () => {
  setDefaultCACertificates([...trusted, chat.cert, other.cert]);
  port = await serve(chat, HERE, 0);
  endpoint = `https://${NAME}:${port}/s`;
  // Somebody else, whom a resolver may say that the name is.
  await serve(other, ELSEWHERE, port);
});
afterEach(() => setDefaultCACertificates([...trusted, chat.cert, other.cert]));
afterAll(() => {
  setDefaultCACertificates(trusted);
  for (const server of servers) server.close();
});

async function serve(tls: typeof chat, host: string, at: number): Promise<number> {
  const server = createServer(tls, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () =>
      socket.end(
        'HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 2\r\n\r\nhi',
      ),
    );
  });
  server.on('tlsClientError', () => undefined);
  servers.push(server.listen(at, host));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** One who remembers these, and whose resolver says that. */
function remembering(addresses: readonly string[], options: Partial<DialerOptions>) {
  const nothing = { load: () => Promise.resolve(undefined), save: () => undefined };
  const known = new KnownAddresses(nothing, systemClock);
  return {
    known,
    connect: async () => {
      await known.told(NAME, addresses);
      const dialer = dialerFor({ known, ...options });
      const socket = await dialer.connect(endpoint, AbortSignal.timeout(60_000));
      const { remoteAddress } = socket;
      socket.destroy();
      return remoteAddress;
    },
  };
}

const denies = () => Promise.reject(new Error('ENOTFOUND'));
const silent = () => new Promise<never>(() => undefined);
const lies = () => Promise.resolve([ELSEWHERE]);

test.each([
  ['denies the name', denies],
  ['is silent', silent],
  ['names somebody else', lies],
])('a host that is remembered is found though the resolver %s', async (_, resolve) => {
  const { connect, known } = remembering([HERE], { resolve });
  expect(await connect()).toBe(HERE);
  expect(await known.of(NAME)).toEqual([HERE]);
});

test('a host that nobody remembers is asked for over TCP', async () => {
  const asked: string[] = [];
  const { connect, known } = remembering([], {
    resolve: silent,
    ask: async ({ name, type }, via) => {
      asked.push(`${via} ${name} ${type}`);
      const records = type === 1 ? [new Uint8Array([127, 0, 0, 1])] : [];
      return { id: 0, name, type, rcode: 0, truncated: false, records };
    },
  });
  expect(await connect()).toBe(HERE);
  expect(asked.sort()).toEqual([`tcp ${NAME} 1`, `tcp ${NAME} 28`]);
  // From now on it need not be asked for.
  expect(await known.of(NAME)).toEqual([HERE]);
});

test('who shows no certificate for the name is not listened to, remembered or not', async () => {
  const { connect, known } = remembering([ELSEWHERE], { resolve: lies });
  await expect(connect()).rejects.toThrow('no address of this name leads to it');
  setDefaultCACertificates(trusted);
  const untrusted = remembering([HERE], { resolve: denies });
  await expect(untrusted.connect()).rejects.toThrow('no address of this name leads to it');
  expect(await known.of(NAME)).toEqual([ELSEWHERE]);
});

test('a POST goes the same way', async () => {
  const { known } = remembering([], {});
  await known.told(NAME, [HERE]);
  const post = nodePost(dialerFor({ known, resolve: denies }));
  const answer = await post(endpoint, new Uint8Array(3), AbortSignal.timeout(60_000));
  expect(Buffer.from(answer ?? []).toString()).toBe('hi');
});

test('who gives up waits for nobody', async () => {
  const given = new AbortController();
  const opening = dialerFor({ resolve: silent }).connect(endpoint, given.signal);
  given.abort(new Error('given up'));
  await expect(opening).rejects.toThrow('given up');
});
