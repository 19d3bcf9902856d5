/** TLS over real sockets to a real server, by a line between them that is slow, silent or of a filter's. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Notes } from '@polynya/messenger/line/diagnosis';
import { selfSigned } from '@polynya/server/bridge/self-signed';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { greetings } from './greetings.ts';
import { tlsStep } from './steps.ts';

const HOST = '127.0.0.1';
const MINUTE = 60_000;
/** Called with a connection from here and one to the server, and what number it is. */
type Passing = (here: Socket, there: Socket, number: number) => void;
const servers: Server[] = [];
const sockets: Socket[] = [];
let port: number;
let passing: Passing;

async function listens(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

beforeEach(async () => {
  const behind = await listens(createTlsServer(selfSigned('site.example')));
  let number = 0;
  const line = createServer((here) => {
    const there = connect(behind, HOST);
    sockets.push(there);
    there.on('error', () => there.destroy());
    here.on('close', () => there.destroy());
    here.pipe(there);
    passing(here, there, ++number);
  });
  port = await listens(line);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** So many bytes at a time, 100 ms apart. */
function drips(there: Socket, here: Socket, bytes: number): void {
  const held: Buffer[] = [];
  there.on('data', (part) => held.push(part));
  const timer = setInterval(() => {
    const all = Buffer.concat(held.splice(0));
    here.write(all.subarray(0, bytes));
    held.push(all.subarray(bytes));
  }, 100);
  here.on('close', () => clearInterval(timer));
}

const greeted = (notes = new Notes()) => greetings(notes, HOST, port, MINUTE, 300);

test('a handshake that takes longer than silence may is waited for while its bytes come', async () => {
  passing = (here, there) => drips(there, here, 100);
  const began = performance.now();
  expect(await tlsStep(HOST, port, 'nodes', { patience: 1_000 })).toBe('ok');
  expect(performance.now() - began).toBeGreaterThan(1_000);
});

test('silence is told as such, also behind the first bytes', async () => {
  passing = (here, there) => there.once('data', (part) => here.write(part.subarray(0, 40)));
  expect(await tlsStep(HOST, port, 'nodes', { patience: 500 })).toBe('silent');
  passing = () => undefined;
  expect(await tlsStep(HOST, port, 'nodes', { patience: 500 })).toBe('silent');
});

test('an answer to the first hello counts, though it comes once the second has begun', async () => {
  let answer = (): void => undefined;
  passing = (here, there, number) => {
    if (number === 1) answer = () => there.pipe(here);
    else answer();
  };
  expect(await greeted()).toEqual({ tls: 'ok', otherHello: null });
});

test('the second hello is what passes where the first is swallowed, and nobody waits for that any longer', async () => {
  passing = (here, there, number) => number === 2 && there.pipe(here);
  const notes = new Notes();
  const seen = await greeted(notes);
  expect(seen).toEqual({ tls: 'silent', otherHello: 'ok' });
  expect(notes.all.map(({ outcome }) => outcome).sort()).toEqual(['ok', 'silent']);
});

test('a hello that is reset is followed by the other', async () => {
  passing = (here, there, number) => {
    if (number === 1) here.resetAndDestroy();
    else there.pipe(here);
  };
  expect(await greeted()).toEqual({ tls: 'reset', otherHello: 'ok' });
});

test('a port at which nobody listens refuses', async () => {
  servers.at(-1)?.close();
  expect(await tlsStep(HOST, port, 'nodes', { patience: MINUTE })).toBe('refused');
});
