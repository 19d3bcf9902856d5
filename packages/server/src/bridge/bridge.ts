/**
 * A bridge: an ordinary web site that hands envelopes on to the servers its host chose, and to no other, by a
 * secret path for each (docs/protocol.md section 2). It opens no envelope, keeps no log and no address.
 */
import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WEBSOCKET_OPTIONS } from '@polynya/reach/carriers/websocket/server';
import { WebSocketServer } from 'ws';
import { StorageError } from '../engine.ts';
import {
  CROSS_ORIGIN,
  destroyOnError,
  endConnections,
  listen,
  newServer,
  PREFLIGHT,
  type Tls,
} from '../listening.ts';
import { Forwarder, type ForwardLimits, join } from './forward.ts';
import { fileOf, type Route, SecretPaths } from './secret-paths.ts';
import type { Site } from './site.ts';

/** How long what is under way gets to end by itself when the bridge stops, in ms. */
const GRACE = 3_000;
const HEADERS_MS = 10_000;
const IDLE_MS = 90_000;

export interface BridgeOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM. Without it the bridge speaks plain http: behind something that speaks TLS, or for tests. */
  readonly tls?: Tls;
  readonly site: Site;
  readonly routes: readonly Route[];
  /** Whether files of the servers' pages can be had below the secret paths. */
  readonly app: boolean;
  /** Connections at a time (count). */
  readonly connections: number;
  readonly limits?: ForwardLimits;
  /** Hears of errors that are bugs; never of what somebody sent. */
  readonly report: (error: unknown) => void;
}

export interface RunningBridge {
  readonly port: number;
  /** Takes nobody in any more, lets what is under way end, tells the others to go elsewhere. */
  close(): Promise<void>;
}

/** What to tell the host when a bridge does not start, or undefined for a bug. */
export function bridgeFailure(error: unknown): string | undefined {
  if (error instanceof StorageError) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_')) {
    return code.startsWith('ERR_OSSL')
      ? 'The certificate or its key cannot be used: give both in PEM form, the key without a password.'
      : undefined;
  }
  return code === '' ? undefined : `The bridge cannot start (${(error as Error).message}).`;
}

/** Listens. Rejects with the platform's error (EADDRINUSE, EACCES and the like) when it cannot. */
export async function startBridge(options: BridgeOptions): Promise<RunningBridge> {
  const { site, app, report } = options;
  const paths = new SecretPaths(options.routes);
  const forwarder = new Forwarder(options.limits);
  const sockets = new WebSocketServer({ noServer: true, ...WEBSOCKET_OPTIONS });

  const serve: RequestListener = async (request, response) => {
    try {
      const found = paths.find(request.url ?? '');
      if (!found || !(await forwarded(found, request, response))) refuse(site, request, response);
    } catch (error) {
      if (!request.readableAborted) report(error);
      response.destroy();
    }
  };
  const forwarded = async (
    { route, rest }: { route: Route; rest: string },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> => {
    if (rest === '') {
      if (request.method === 'OPTIONS') {
        response.writeHead(204, PREFLIGHT).end();
        return true;
      }
      if (request.method !== 'POST') return false;
      for (const [name, value] of Object.entries(CROSS_ORIGIN)) response.setHeader(name, value);
      return forwarder.post(route.endpoint, request, response);
    }
    const readable = request.method === 'GET' || request.method === 'HEAD';
    if (!app || !readable || !/^\/[\w./-]*$/.test(rest) || rest.includes('..')) return false;
    return forwarder.file(fileOf(route, rest), request, response);
  };
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    destroyOnError(socket);
    const found = paths.find(request.url ?? '');
    // The server first: whoever is let in by the bridge is let in by it, too.
    const server = found && (await forwarder.open(found.route.endpoint));
    if (socket.destroyed) return void server?.terminate();
    if (server) sockets.handleUpgrade(request, socket, head, (client) => join(client, server));
    else answerPlainly(site, request, socket);
  };

  const server = listener(options, serve, (url) => paths.find(url)?.rest === '');
  server.maxConnections = options.connections;
  server.timeout = IDLE_MS;
  server.on('upgrade', (request, socket, head) => {
    upgrade(request, socket, head).catch((error: unknown) => {
      report(error);
      socket.destroy();
    });
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await endConnections(server, sockets, closed, GRACE);
      forwarder.close();
    },
  };
}

/** What the site says to any address that it does not know. */
function refuse(site: Site, request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed) return;
  for (const name of Object.keys(CROSS_ORIGIN)) response.removeHeader(name);
  site.serve(request, response);
}

/** An upgrade that is not taken is answered as if nobody had asked for one. */
function answerPlainly(site: Site, request: IncomingMessage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.shouldKeepAlive = false;
  response.on('finish', () => socket.end());
  site.serve(request, response);
}

function listener(
  { tls }: BridgeOptions,
  serve: RequestListener,
  known: (url: string) => boolean,
): Server {
  const options = {
    maxHeaderSize: 8_192,
    headersTimeout: HEADERS_MS,
    requestTimeout: 30_000,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: 5_000,
    // Any other upgrade is not taken: the request is answered as it is without.
    shouldUpgradeCallback: ({ url = '', headers }: IncomingMessage) =>
      headers.upgrade?.toLowerCase() === 'websocket' && known(url),
  };
  return newServer(options, tls, serve);
}
