/**
 * A bridge: an ordinary web site that hands envelopes on to the servers its host chose, and to no other, by a
 * secret path for each (docs/protocol.md section 2). It opens no envelope, keeps no log and no address.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { ChannelCarrier } from '@polynya/reach/carriers/webrtc-direct/channel';
import { DirectError } from '@polynya/reach/carriers/webrtc-direct/node-datagrams';
import { WEBSOCKET_OPTIONS } from '@polynya/reach/carriers/websocket/server';
import { beUneven, unevenHeader } from '@polynya/reach/carriers/websocket/uneven';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { WebSocketServer } from 'ws';
import { StorageError } from '../engine/engine.ts';
import { CROSS_ORIGIN, destroyOnError, endConnections, PREFLIGHT } from '../http/listening.ts';
import type { Certified } from '../http/tls-options.ts';
import { openFront } from '../site/front.ts';
import { fileOf, type Route, SecretPaths } from '../site/secret-paths.ts';
import type { Site } from '../site/site.ts';
import type { DirectPort } from '../whereabouts/direct-port.ts';
import { type DnsPlace, startZone } from '../whereabouts/dns-zone.ts';
import { type DropPlace, startDrop } from '../whereabouts/drop-folder.ts';
import { Forwarder, type ForwardLimits, join } from './forward.ts';
import { joinDirect } from './join-direct.ts';

/** How long what is under way gets to end by itself when the bridge stops, in ms. */
const GRACE = 3_000;
const HEADERS_MS = 10_000;
const IDLE_MS = 90_000;

export interface BridgeOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM. Without it the bridge speaks plain http: behind something that speaks TLS, or for tests. */
  readonly tls?: Certified;
  readonly site: Site;
  readonly routes: readonly Route[];
  /** Whether files of the servers' pages can be had below the secret paths. */
  readonly app: boolean;
  /** Connections at a time (count). */
  readonly connections: number;
  /** Takes callers by WebRTC-Direct, too, each route's at a door that is called by its endpoint. */
  readonly direct?: DirectPort;
  /** A zone by whose names clients ask where nothing but DNS passes; it leads where the first route does. */
  readonly dns?: DnsPlace & { readonly key: Uint8Array };
  /** A folder in which people leave what goes where the first route does. */
  readonly drop?: DropPlace;
  readonly limits?: ForwardLimits;
  /** Hears of errors that are bugs; never of what somebody sent. */
  readonly report: (error: unknown) => void;
}

export interface RunningBridge {
  readonly port: number;
  /** Of its zone, if it has one. */
  readonly dnsPort?: number;
  /** Takes nobody in any more, lets what is under way end, tells the others to go elsewhere. */
  close(): Promise<void>;
}

/** What to tell the host when a bridge does not start, or undefined for a bug. */
export function bridgeFailure(error: unknown): string | undefined {
  if (error instanceof StorageError || error instanceof DirectError) return error.message;
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
  const { app, report } = options;
  const paths = new SecretPaths(options.routes);
  const forwarder = new Forwarder(options.limits);
  const sockets = new WebSocketServer({ noServer: true, ...WEBSOCKET_OPTIONS });
  sockets.on('headers', (headers) => headers.push(`etag: ${unevenHeader(systemRandom).etag}`));

  const serve: RequestListener = async (request, response) => {
    try {
      const found = paths.find(request.url ?? '');
      const taken = found && (await forwarded(found, request, response));
      if (!taken && !response.destroyed) front.refuse(request, response);
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
      const headers = { ...CROSS_ORIGIN, ...unevenHeader(systemRandom) };
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      return forwarder.post(route.endpoint, request, response);
    }
    const readable = request.method === 'GET' || request.method === 'HEAD';
    if (!app || !readable || !/^\/[\w./-]*$/.test(rest) || rest.includes('..')) return false;
    return forwarder.file(fileOf(route, rest), request, response);
  };
  const upgrade = async (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    destroyOnError(socket);
    const found = paths.find(request.url ?? '');
    // The server first: whoever is let in by the bridge is let in by it, too.
    const server = found && (await forwarder.open(found.route.endpoint));
    if (socket.destroyed) return void server?.terminate();
    if (server) {
      beUneven(socket, systemRandom);
      sockets.handleUpgrade(request, socket, head, (client) => join(client, socket, server));
    } else front.refuseUpgrade(request, socket, head);
  };

  const inner = createServer(
    httpOptions((url) => paths.find(url)?.rest === ''),
    serve,
  );
  inner.timeout = IDLE_MS;
  inner.on('upgrade', (request, socket, head) => {
    upgrade(request, socket as Socket, head).catch((error: unknown) => {
      report(error);
      socket.destroy();
    });
  });
  const isOurs = (target: string) => paths.find(target) !== undefined;
  const front = await openFront({ ...options, inner, isOurs });
  const doors = new Map(
    options.routes.map(({ endpoint }) => [
      endpoint,
      (client: ChannelCarrier) => joinDirect(client, forwarder.open(endpoint)),
    ]),
  );
  const datagrams = await options.direct
    ?.listen(doors, options.connections, systemClock)
    .catch(async (error: unknown) => {
      await front.close();
      throw error;
    });
  const [route] = options.routes;
  const carryOut = async (body: Uint8Array) =>
    route ? forwarder.body(route.endpoint, body) : null;
  const byNames = { carryOut, issued: () => true };
  const means = { clock: systemSteadyClock, random: systemRandom, report };
  const zone =
    options.dns &&
    (await startZone(options.dns, options.dns.key, byNames, means).catch(async (error: unknown) => {
      datagrams?.close();
      await front.close();
      throw error;
    }));
  const collector = options.drop && startDrop(options.drop, carryOut);
  return {
    port: front.port,
    ...(zone && { dnsPort: zone.port }),
    close: async () => {
      datagrams?.close();
      await zone?.close();
      await collector?.close();
      await endConnections(front, sockets, front.close(), GRACE);
      forwarder.close();
    },
  };
}

function httpOptions(known: (url: string) => boolean): ServerOptions {
  return {
    maxHeaderSize: 8_192,
    headersTimeout: HEADERS_MS,
    requestTimeout: 30_000,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: 5_000,
    // Any other upgrade is not taken: the request is answered as it is without.
    shouldUpgradeCallback: ({ url = '', headers }: IncomingMessage) =>
      headers.upgrade?.toLowerCase() === 'websocket' && known(url),
  };
}
