/** Clients that mean no good or cannot help it: connections opened and dropped, and one that never reads. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Carrier, CarrierFactory } from '@polynya/reach/carriers/carrier';
import { Group } from '@polynya/server/test/load';
import { endProcess, type ServerProcess, startProcess } from '@polynya/server/test/server-process';
import { WireClient } from '@polynya/server/test/wire-client';
import { WebSocket } from 'ws';
import type { Fault } from './fault.ts';
import { memoryOf } from './memory.ts';

/** Held open at one time, in the first round; both ends need a file handle each. */
const AT_ONCE = 9_000;
const IN_A_ROUND = 1_000;
/** Opened in one go, so that the system's queue of new connections holds them. */
const WAVE = 250;

const HALF_REQUESTS = [
  '',
  'G',
  'GET / HTTP/1.1\r\nHost: x\r\n',
  'POST /s HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nhalf',
  'GET /s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
];

/** 1,000 connections a round, 9,000 in the first, each of which says half of something and is dropped. */
export const dropped: Fault = async ({ rounds, random, folder }) => {
  const server = await startProcess(join(folder, 'data'));
  const group = await Group.on(server);
  for (let round = 0; round < rounds; round++) {
    const count = round === 0 ? AT_ONCE : IN_A_ROUND;
    await group.work(server, async () => {
      const sockets: Socket[] = [];
      for (let made = 0; made < count; made += WAVE) {
        const wave = Array.from({ length: Math.min(WAVE, count - made) }, () =>
          opened(server, HALF_REQUESTS[Math.floor(random() * HALF_REQUESTS.length)] ?? ''),
        );
        sockets.push(...(await Promise.all(wave)));
      }
      await group.acknowledgements(4);
      for (const socket of sockets) {
        if (random() < 0.5) socket.resetAndDestroy();
        else socket.destroy();
      }
      await group.acknowledgements(4);
    });
  }
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  return verdict;
};

async function opened({ endpoint }: ServerProcess, says: string): Promise<Socket> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  // The server may hang up before we do.
  socket.on('error', () => socket.destroy());
  socket.resume();
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  if (!socket.destroyed) socket.write(says, 'latin1');
  return socket;
}

/**
 * Of what the server may grow by, whatever a client does not read. V8 takes some 140 MB before it looks for what those
 * leave who are gone; after some ten rounds it grows no more. Each is left 20 MB, so more rounds than these would show
 * it if they were kept. In bytes.
 */
const ROOM = 192 * 1_048_576;

/** Each round one client asks for the log again and again and reads nothing of it, while others work. */
export const neverReads: Fault = async ({ rounds, random, folder }) => {
  const server = await startProcess(join(folder, 'data'));
  const group = await Group.on(server);
  await group.work(server, () => group.acknowledgements(40));
  const before = memoryOf(server.pid);
  for (let round = 0; round < rounds; round++) {
    const { client, stops } = await deaf(server);
    const secret = group.capabilities.at(-1) ?? group.log;
    await client.ask('open', { n: 1, log: group.log, secret });
    await client.ask('watch', { n: 1 });
    stops();
    const greedy = Array.from({ length: 200 }, () =>
      client.send([{ op: 'read', n: 1, from: 1, bytes: 100_000 }]),
    );
    await group.work(server, async () => {
      await group.acknowledgements(8 + random() * 16);
      await setTimeout(random() * 50);
    });
    client.close();
    await Promise.all(greedy);
  }
  const grown = memoryOf(server.pid) - before;
  if (grown > ROOM) {
    process.exitCode = 1;
    console.error(`never-reads: the server grew by ${Math.round(grown / 1e6)} MB  FAILED`);
  }
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  return verdict;
};

/** A client whose line can be told to deliver nothing more. */
async function deaf({ endpoint, identity }: ServerProcess) {
  let socket: WebSocket | undefined;
  const factory: CarrierFactory = {
    kind: 'websocket',
    open: async (url) => {
      socket = new WebSocket(url.replace(/^http/, 'ws'));
      await once(socket, 'open');
      return new PausableCarrier(socket);
    },
  };
  const client = await WireClient.connect(endpoint, identity, factory);
  return { client, stops: () => socket?.pause() };
}

class PausableCarrier implements Carrier {
  readonly kind = 'websocket';
  readonly polls = false;
  onEnvelope: Carrier['onEnvelope'] = () => undefined;
  onClose: Carrier['onClose'] = () => undefined;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.onEnvelope(new Uint8Array(data)));
    socket.on('close', () => this.onClose('lost'));
    // The server hangs up on who does not read.
    socket.on('error', () => socket.terminate());
  }

  send(envelope: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(envelope);
  }

  backlog(): number {
    return this.#socket.bufferedAmount;
  }

  close(): void {
    this.#socket.terminate();
  }
}
