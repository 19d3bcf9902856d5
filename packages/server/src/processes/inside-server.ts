/**
 * The port at which the other processes of this server hand over what is for sessions here: POSTs and
 * WebSockets as a client would send them, signals, and what was taken of rates. Whoever lacks the key of `inside-tls.ts` is not answered.
 */

import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { acceptWebSocket, WEBSOCKET_OPTIONS } from '@polynya/reach/carriers/websocket/server';
import type { Receiver } from '@polynya/reach/neighbour';
import { WebSocketServer } from 'ws';
import type { Taken } from '../token-bucket.ts';
import { serverTls } from './inside-tls.ts';
import { decodeSignals, type Signal } from './signal-batch.ts';
import { decodeTaken } from './taken-batch.ts';

const GRACE = 1_000;
/** Between requests; neighbours ask whether we are there every few seconds. */
const IDLE_MS = 120_000;

export interface InsideServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly key: Buffer;
  readonly sessions: Receiver;
  /** Answers POSTs of envelopes for sessions of this process. */
  readonly post: RequestListener;
  readonly signals: (signals: readonly Signal[]) => void;
  readonly taken: (taken: readonly Taken[]) => void;
}

export interface InsideServer {
  /** Host and port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens. Rejects with the platform's error when it cannot. */
export async function startInside(options: InsideServerOptions): Promise<InsideServer> {
  const { host, key, post, sessions } = options;
  const sockets = new WebSocketServer({ noServer: true, ...WEBSOCKET_OPTIONS });
  const server = createServer(
    {
      ...serverTls(key),
      keepAliveTimeout: IDLE_MS,
      shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
        headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      if (request.method === 'GET') response.end('ok\n');
      else if (request.url === '/s') post(request, response);
      else take(request, options).then(() => response.writeHead(204).end());
    },
  );
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    sockets.handleUpgrade(request, socket, head, (one) => acceptWebSocket(one, socket, sessions));
  });
  // Somebody without the key, or a connection that broke.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen({ host, port: options.port });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // They go on with another process, which finds this one gone.
      for (const socket of sockets.clients) socket.close(1001);
      const late = setTimeout(() => server.closeAllConnections(), GRACE);
      server.closeIdleConnections();
      await closed;
      clearTimeout(late);
    },
  };
}

async function take(
  request: IncomingMessage,
  { signals, taken }: Pick<InsideServerOptions, 'signals' | 'taken'>,
): Promise<void> {
  try {
    const batch = await buffer(request);
    if (request.url === '/taken') taken(decodeTaken(batch) ?? []);
    else signals(decodeSignals(batch) ?? []);
  } catch {
    // It broke off; both may be lost.
    request.destroy();
  }
}
