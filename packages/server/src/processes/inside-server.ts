/**
 * The port at which the other processes of this server hand over what is for sessions here: POSTs and
 * WebSockets as a client would send them, and what they tell each other (`Told`). Whoever lacks the key of `inside-tls.ts` is not answered.
 */

import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { WebSockets } from '@polynya/reach/carriers/websocket/server';
import { asksForWebSocket } from '@polynya/reach/carriers/websocket/upgrade';
import type { Receiver } from '@polynya/reach/server/neighbour';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { serverTls } from './inside-tls.ts';

/** What processes tell each other: signals, what was taken of rates, and which bridges there are. */
export type Told = 'signals' | 'taken' | 'bridges';

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
  /** Hears what the others tell. */
  readonly hear: Readonly<Record<Told, (batch: Buffer) => void>>;
}

export interface InsideServer {
  /** Host and port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens. Rejects with the platform's error when it cannot. */
export async function startInside(options: InsideServerOptions): Promise<InsideServer> {
  const { host, key, post, sessions } = options;
  const sockets = new WebSockets(systemSteadyClock);
  const server = createServer(
    {
      ...serverTls(key),
      keepAliveTimeout: IDLE_MS,
      shouldUpgradeCallback: asksForWebSocket,
    },
    (request, response) => {
      if (request.method === 'GET') response.end('ok\n');
      else if (request.url === '/s') post(request, response);
      else take(request, options.hear).then(() => response.writeHead(204).end());
    },
  );
  server.on('upgrade', (request, socket, head) => {
    sockets.accept(request, socket, head, sessions);
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

async function take(request: IncomingMessage, hear: InsideServerOptions['hear']): Promise<void> {
  try {
    const batch = await buffer(request);
    for (const what of ['signals', 'taken', 'bridges'] as const) {
      if (request.url === `/${what}`) hear[what](batch);
    }
  } catch {
    // It broke off: signals and rates may be lost, bridges are told again.
    request.destroy();
  }
}
