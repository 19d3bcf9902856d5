/**
 * The server's one port: the page's files, and at `/s` the sessions over WebSocket and POST
 * (docs/protocol.md, section 2). What is not for it gets the site's answer. Keeps no access log.
 */
import { timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { BodyRoom } from '@polynya/reach/carriers/post/body';
import { handlePost } from '@polynya/reach/carriers/post/server';
import { Exchanges } from '@polynya/reach/carriers/sip/server';
import { WebSockets } from '@polynya/reach/carriers/websocket/server';
import { beUneven, unevenHeader } from '@polynya/reach/carriers/websocket/uneven';
import { asksForWebSocket } from '@polynya/reach/carriers/websocket/upgrade';
import { systemRandom } from '@polynya/reach/clock';
import type { FindNeighbour, Receiver } from '@polynya/reach/server/neighbour';
import { Neighbours } from '@polynya/reach/server/neighbours';
import type { ServerSessions } from '@polynya/reach/server/server-sessions';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import type { Config } from '../config.ts';
import { collectAfterRush, collectGarbage, quietOfThread } from '../limits/after-rush.ts';
import { openFront } from '../site/front.ts';
import { type SecretPath, SecretPaths } from '../site/secret-paths.ts';
import type { Site } from '../site/site.ts';
import {
  CROSS_ORIGIN,
  destroyOnError,
  endConnections,
  listen,
  newServer,
  type Port,
  PREFLIGHT,
  SEEN,
} from './listening.ts';
import type { Certified } from './tls-options.ts';
import type { WebFiles } from './web-files.ts';

export const SESSION_PATH = '/s';

/** How long connections get to end by themselves when the server stops, in ms. */
const GRACE = 2_000;

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM. Without it the server speaks plain http. */
  readonly tls?: Certified;
  /** A web site for everybody else: what is ours is below this path then. */
  readonly decoy?: SecretPath & { readonly site: Site };
  readonly limits: Config['http'];
  readonly files: WebFiles;
  /** What answers at one secret path: sees only requests for it. */
  readonly secretPage?: SecretPage;
  /** Resolves when no request is under way, for the server's end. */
  readonly idle: () => Promise<void>;
  /** Where other processes of this server are, if it has any. */
  readonly neighbour?: FindNeighbour;
  /** Makes the sessions, once the port is known. Requests wait for it. `own`: POSTs that are for them alone. */
  readonly sessions: (port: number, own: RequestListener) => Promise<ServerSessions>;
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
  // Behind a web site nothing may be known again by its length.
  const sockets = new WebSockets(systemSteadyClock, options.decoy && { uneven: systemRandom });

  /** What everybody is told who asks for what is not here. */
  let refuse: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    files.refuse(response);

  const postTo =
    (neighbour?: FindNeighbour): RequestListener =>
    async (request, response) => {
      try {
        const headers = { ...CROSS_ORIGIN, ...(options.decoy && unevenHeader(systemRandom)) };
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        const sessions = await ready.promise;
        const outcome = await handlePost(request, response, sessions, room, exchanges, neighbour);
        if (outcome === 'no-room') response.destroy();
        else if (outcome === 'unknown' && !response.destroyed) refuse(request, response);
      } catch (error) {
        // The client went away in the middle; anything else is ours.
        if (!request.readableAborted) report(error);
        response.destroy();
      }
    };

  const { neighbour, secretPage } = options;
  const post = postTo(neighbour);
  const showSecret: RequestListener = (request, response) => {
    secretPage?.answer(request, response).catch((error: unknown) => {
      if (!request.readableAborted) report(error);
      response.destroy();
    });
  };

  const { decoy } = options;
  const paths = decoy && new SecretPaths([decoy]);
  /** What follows the secret path, or all of it where there is none; undefined elsewhere. */
  const ours = (url = '') => (paths ? paths.find(url)?.rest : url);
  const handle: RequestListener = (request, response) => {
    const url = ours(request.url);
    if (url === undefined) refuse(request, response);
    else if (secretPage && isSame(url, secretPage.path)) showSecret(request, response);
    else if (url === SESSION_PATH && request.method === 'POST') post(request, response);
    else if (url === SESSION_PATH && request.method === 'OPTIONS') {
      response.writeHead(204, PREFLIGHT).end();
    } else if (url === SESSION_PATH && request.method === 'HEAD') {
      response.writeHead(404, SEEN).end();
    } else if (!files.serve(request, response, url)) refuse(request, response);
  };
  const http = httpOptions(limits, (url) => ours(url) === SESSION_PATH);
  const server = decoy ? createServer(http, handle) : newServer(http, options.tls, handle);
  server.timeout = limits.idleMs;
  const receiver = ready.promise.then((sessions) =>
    neighbour ? new Neighbours(sessions, neighbour) : sessions,
  );
  receiver.catch(() => undefined);
  server.on('upgrade', (request, socket, head) => {
    destroyOnError(socket);
    receiver.then(
      (sessions) => takeUpgrade(request, socket, head, sessions),
      () => socket.destroy(),
    );
  });

  const takeUpgrade = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    sessions: Receiver,
  ): void => {
    if (decoy) beUneven(socket, systemRandom);
    sockets.accept(request, socket, head, sessions);
  };

  const opened = await open();
  const { port } = opened;
  try {
    const sessions = await options.sessions(port, postTo());
    ready.resolve(sessions);
    const { connections } = opened;
    const ports = {
      clock: systemSteadyClock,
      collect: collectGarbage,
      quiet: quietOfThread(),
      report,
    };
    const stopLooking = collectAfterRush({ connections, ...ports });
    const closed = () => {
      stopLooking();
      return close(opened, sockets, sessions, options);
    };
    return { port, sessions, connections, close: closed };
  } catch (error) {
    ready.promise.catch(report);
    ready.reject(error);
    void opened.close();
    opened.closeAllConnections();
    throw error;
  }

  async function open(): Promise<Opened> {
    const { host, port, tls } = options;
    const { connections } = limits;
    if (!decoy) return openPort(server, { host, port, connections });
    const isOurs = (target: string) => ours(target) !== undefined;
    const { site } = decoy;
    const place = { host, port, connections, ...(tls && { tls }) };
    const front = await openFront({ ...place, site, isOurs, inner: server });
    refuse = front.refuse;
    return front;
  }
}

interface Opened extends Port {
  readonly port: number;
  connections(): number;
  close(): Promise<void>;
}

/** Where everybody is let in. */
async function openPort(
  server: Server,
  place: { readonly host: string; readonly port: number; readonly connections: number },
): Promise<Opened> {
  let connections = 0;
  // One for all: there are many connections.
  const gone = (): void => {
    connections--;
  };
  server.on('connection', (socket) => {
    connections++;
    socket.on('close', gone);
  });
  server.maxConnections = place.connections;
  await listen(server, place);
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
    closeIdleConnections: () => server.closeIdleConnections(),
    closeAllConnections: () => server.closeAllConnections(),
  };
}

function httpOptions(
  limits: HttpServerOptions['limits'],
  known: (url: string) => boolean,
): ServerOptions {
  return {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
    // Any other upgrade, HTTP/2's among them, is not taken: the request is answered as it is without.
    shouldUpgradeCallback: (request: IncomingMessage) =>
      asksForWebSocket(request) && known(request.url ?? ''),
  };
}

/** What was asked before is answered; then clients are told to go, and ask again elsewhere or later. */
async function close(
  opened: Opened,
  sockets: WebSockets,
  sessions: ServerSessions,
  { idle, limits }: HttpServerOptions,
): Promise<void> {
  const closed = opened.close();
  for (const socket of sockets.clients) socket.pause();
  await atMost(idle(), limits.drainMs);
  // Answers are written in the turn after the one in which they are ready.
  await new Promise(setImmediate);
  sessions.stop();
  for (const socket of sockets.clients) socket.resume();
  await endConnections(opened, sockets, closed, GRACE);
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
function isSame(url: string, path: string): boolean {
  const [a, b] = [Buffer.from(url), Buffer.from(path)];
  return a.length === b.length && timingSafeEqual(a, b);
}
