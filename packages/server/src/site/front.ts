/**
 * The port of a web site that keeps a secret: everybody gets the site, and who asks for what is behind a secret path
 * is handed on to an HTTP server that itself listens nowhere.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { endSilently } from '@polynya/reach/carriers/websocket/uneven';
import { listen, type Port } from '../http/listening.ts';
import { type Certified, withTls } from '../http/tls-options.ts';
import type { SiteRequest } from './request-head.ts';
import { type Answer, bytesOf, type Site, type SiteAddress } from './site.ts';
import { converse, type Visited } from './site-conversation.ts';

/** Until the first byte and then a whole handshake are here, in ms, as nginx has it. */
const HANDSHAKE_MS = 60_000;
/** The first byte of a TLS record with a ClientHello; one with the highest bit is SSL 2's. */
const HANDSHAKE = 22;
const SSL2 = 0x80;

export interface FrontOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** At a time (count). */
  readonly connections: number;
  /** Without it the site is plain http. */
  readonly tls?: Certified;
  readonly site: Site;
  /** Whether a target is behind a secret path; takes the same time for all. */
  isOurs(target: string): boolean;
  /** Answers what is. Must not listen itself. */
  readonly inner: Server;
}

export interface Front extends Port {
  readonly port: number;
  /** Open now (count). */
  connections(): number;
  /** Takes no more connections. Resolves when none is left. */
  close(): Promise<void>;
  /** The site's answer to a request that reached `inner` and is not for it after all. */
  refuse(request: IncomingMessage, response: ServerResponse): void;
  /** The same for an upgrade; the connection is the site's again. */
  refuseUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** Listens. Rejects with the platform's error (EADDRINUSE, EACCES and the like) when it cannot. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { site, tls, inner, isOurs } = options;
  const raw = new Set<Socket>();
  const visitors = new Set<Socket>();
  let at: SiteAddress = { secure: tls !== undefined, port: 0 };

  function forget(this: Socket): void {
    visitors.delete(this);
  }
  const visit = (socket: Socket, plain = false, first?: Buffer): void => {
    visitors.add(socket);
    socket.once('close', forget);
    converse(socket, { ...visited, at, plain }, first);
  };
  const visited: Omit<Visited, 'at'> = {
    site,
    isOurs,
    handOn: (socket) => {
      forget.call(socket);
      socket.off('close', forget);
      endSilently(socket);
      inner.emit('connection', socket);
    },
  };

  const handshakeTimeout = HANDSHAKE_MS;
  const secure =
    tls && withTls(tls, (options) => createTlsServer({ ...options, handshakeTimeout }));
  secure?.on('secureConnection', (socket) => visit(socket));
  secure?.on('tlsClientError', (_, socket) => socket.destroy());

  // Over TLS a connection that ended in its handshake would stay open for ever with halves.
  const halves = { allowHalfOpen: !secure, noDelay: true };
  const listening = createServer(halves, (socket) => {
    raw.add(socket);
    socket.once('close', () => raw.delete(socket));
    if (!secure) return visit(socket);
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      socket.setTimeout(0);
      const bytes = socket.read() as Buffer | null;
      if (!bytes) return socket.destroy();
      socket.unshift(bytes);
      const [first = 0] = bytes;
      if (first === HANDSHAKE || first >= SSL2) secure.emit('connection', socket);
      else visit(socket, true);
    });
  });
  listening.maxConnections = options.connections;
  await listen(listening, options);
  at = { ...at, port: (listening.address() as AddressInfo).port };
  // Nobody who sends this is a client of ours: what is no request to this parser is none to the site's.
  inner.on('clientError', (error: Error & { code?: string }, socket) => {
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || !socket.writable;
    if (late) socket.destroy();
    else socket.end(bytesOf(site.refuse(400), '1.1'));
  });
  // From then on it keeps the list of its connections, and looks whether heads and bodies come in time.
  inner.emit('listening');

  const answerTo = (request: IncomingMessage): Answer => site.answer(asked(request), at);
  return {
    port: at.port,
    connections: () => raw.size,
    refuse: (request, response) => {
      const { status, headers, body } = answerTo(request);
      response.sendDate = false;
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      response.writeHead(status, headers.flat()).end(body);
    },
    refuseUpgrade: (request, socket, head) => {
      const answer = answerTo(request);
      const bytes = bytesOf(answer, '1.1');
      if (answer.ends) return void socket.end(bytes);
      if (head.length > 0) socket.unshift(head);
      visit(socket, false, bytes);
    },
    close: () =>
      new Promise((resolve) => {
        inner.close();
        listening.close(() => resolve());
      }),
    closeIdleConnections: () => {
      for (const socket of visitors) socket.destroy();
      inner.closeIdleConnections();
    },
    closeAllConnections: () => {
      for (const socket of raw) socket.destroy();
    },
  };
}

function asked({ method = '', url = '', headers, httpVersion }: IncomingMessage): SiteRequest {
  const single = Object.entries(headers).filter(
    (header): header is [string, string] => typeof header[1] === 'string',
  );
  const version = httpVersion === '1.0' ? '1.0' : '1.1';
  return { method, target: url, version, headers: Object.fromEntries(single) };
}
