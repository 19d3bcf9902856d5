/** What the server's port and a bridge's have in common: how they listen, whom they let ask, how they end. */
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Certified, withTls } from './tls-options.ts';

/** For a HEAD of a session's endpoint: a page that came from elsewhere sees so whether somebody is there (Fetch section 3.7). */
export const SEEN = { 'cross-origin-resource-policy': 'cross-origin' } as const;

/** Pages of other origins ask here too; no cookie or other credential is ever used. */
export const CROSS_ORIGIN = { 'access-control-allow-origin': '*' };
export const PREFLIGHT = {
  ...CROSS_ORIGIN,
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
};

/** A server of https with `tls`, else of http. */
export function newServer(
  options: ServerOptions,
  tls: Certified | undefined,
  handle: RequestListener,
): Server {
  if (!tls) return createServer(options, handle);
  return withTls(tls, (secure) => createTlsServer({ ...options, ...secure }, handle));
}

/** Of a TLS record's content, which fits into one packet so. */
const RECORD = 1_300;

/** For an answer that may freeze in its middle: of a record that is not whole a browser hands on nothing. */
export function inSmallRecords({ socket }: ServerResponse): void {
  if (socket instanceof TLSSocket) socket.setMaxSendFragment(RECORD);
}

/** A port, whoever reads first there: what `endConnections` and its callers need of a server. */
export type Port = Pick<Server, 'closeIdleConnections' | 'closeAllConnections'>;

/** Rejects with the platform's error (EADDRINUSE, EACCES and the like) when it cannot. */
export function listen(
  server: NetServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** One function for all: a closure made where an upgrade is taken would hold its request as long as the connection lives. */
export function destroyOnError(socket: Duplex): void {
  socket.on('error', destroyed);
}

function destroyed(this: Duplex): void {
  this.destroy();
}

/** WebSockets that a port has open, whoever serves them. */
export interface OpenSockets {
  readonly clients: Iterable<{ close(status?: number): void; terminate(): void }>;
}

/** Tells clients to go elsewhere; what is not gone after `grace` ms is cut off, so that `closed` comes. */
export async function endConnections(
  server: Port,
  sockets: OpenSockets,
  closed: Promise<void>,
  grace: number,
): Promise<void> {
  for (const socket of sockets.clients) socket.close(1001);
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
  }, grace);
  await closed;
  clearTimeout(timer);
}
