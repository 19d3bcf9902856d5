/**
 * The server's one port: the page's files, and at `/s` the sessions over WebSocket and POST
 * (docs/protocol.md, section 2). What is not for it gets the site's answer. Keeps no access log.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BodyRoom } from '@polynya/reach/carriers/post/body';
import { handlePost } from '@polynya/reach/carriers/post/server';
import { Exchanges } from '@polynya/reach/carriers/sip/server';
import { acceptWebSocket, WEBSOCKET_OPTIONS } from '@polynya/reach/carriers/websocket/server';
import type { ServerSessions } from '@polynya/reach/server-sessions';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { WebSocketServer } from 'ws';
import type { Config } from './config.ts';
import {
  CROSS_ORIGIN,
  destroyOnError,
  endConnections,
  listen,
  newServer,
  PREFLIGHT,
  type Tls,
} from './listening.ts';
import type { WebFiles } from './web-files.ts';

export const SESSION_PATH = '/s';

/** How long connections get to end by themselves when the server stops, in ms. */
const GRACE = 2_000;

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM. Without it the server speaks plain http. */
  readonly tls?: Tls;
  readonly limits: Config['http'];
  readonly files: WebFiles;
  /** What answers at one secret path: sees only requests for it. */
  readonly secretPage?: SecretPage;
  /** Resolves when no request is under way, for the server's end. */
  readonly idle: () => Promise<void>;
  /** Makes the sessions, once the port is known. Requests wait for it. */
  readonly sessions: (port: number) => Promise<ServerSessions>;
  /** Hears of errors that are bugs. */
  readonly report: (error: unknown) => void;
}

export interface SecretPage {
  readonly path: string;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface HttpServer {
  readonly port: number;
  readonly sessions: ServerSessions;
  /** Open now (count). */
  connections(): number;
  /** Takes no more connections, ends those that are open, and resolves when all are gone. */
  close(): Promise<void>;
}

/** Listens. Rejects with the platform's error (EADDRINUSE, EACCES and the like) when it cannot. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { files, limits, report } = options;
  const ready = Promise.withResolvers<ServerSessions>();
  const room = new BodyRoom();
  const exchanges = new Exchanges(room, systemSteadyClock);
  const sockets = new WebSocketServer({ noServer: true, ...WEBSOCKET_OPTIONS });

  const post: RequestListener = async (request, response) => {
    try {
      for (const [name, value] of Object.entries(CROSS_ORIGIN)) response.setHeader(name, value);
      const outcome = await handlePost(request, response, await ready.promise, room, exchanges);
      if (outcome === 'no-room') response.destroy();
      else if (outcome === 'unknown' && !response.destroyed) files.refuse(response);
    } catch (error) {
      // The client went away in the middle; anything else is ours.
      if (!request.readableAborted) report(error);
      response.destroy();
    }
  };

  const { secretPage } = options;
  const showSecret: RequestListener = (request, response) => {
    secretPage?.answer(request, response).catch((error: unknown) => {
      if (!request.readableAborted) report(error);
      response.destroy();
    });
  };

  const server = listener(options, (request, response) => {
    if (secretPage && isSame(request.url, secretPage.path)) showSecret(request, response);
    else if (request.url !== SESSION_PATH) files.serve(request, response);
    else if (request.method === 'POST') post(request, response);
    else if (request.method === 'OPTIONS') response.writeHead(204, PREFLIGHT).end();
    else files.serve(request, response);
  });
  server.maxConnections = limits.connections;
  server.timeout = limits.idleMs;
  server.on('upgrade', (request, socket, head) => {
    destroyOnError(socket);
    ready.promise.then(
      (sessions) =>
        sockets.handleUpgrade(request, socket, head, (one) => acceptWebSocket(one, sessions)),
      () => socket.destroy(),
    );
  });

  let connections = 0;
  server.on('connection', (socket) => {
    connections++;
    socket.once('close', () => connections--);
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  try {
    const sessions = await options.sessions(port);
    ready.resolve(sessions);
    const closed = () => close(server, sockets, sessions, options);
    return { port, sessions, connections: () => connections, close: closed };
  } catch (error) {
    ready.promise.catch(report);
    ready.reject(error);
    server.close();
    server.closeAllConnections();
    throw error;
  }
}

function listener({ tls, limits }: HttpServerOptions, handle: RequestListener): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
    // Any other upgrade, HTTP/2's among them, is not taken: the request is answered as it is without.
    shouldUpgradeCallback: ({ url, headers }: IncomingMessage) =>
      url === SESSION_PATH && headers.upgrade?.toLowerCase() === 'websocket',
  };
  return newServer(options, tls, handle);
}

/** What was asked before is answered; then clients are told to go, and ask again elsewhere or later. */
async function close(
  server: Server,
  sockets: WebSocketServer,
  sessions: ServerSessions,
  { idle, limits }: HttpServerOptions,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets.clients) socket.pause();
  await atMost(idle(), limits.drainMs);
  // Answers are written in the turn after the one in which they are ready.
  await new Promise(setImmediate);
  sessions.stop();
  for (const socket of sockets.clients) socket.resume();
  await endConnections(server, sockets, closed, GRACE);
}

async function atMost(done: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}

/** In a time that tells nothing of where they differ. */
function isSame(url: string | undefined, path: string): boolean {
  const [a, b] = [Buffer.from(url ?? ''), Buffer.from(path)];
  return a.length === b.length && timingSafeEqual(a, b);
}
