/**
 * WebSockets (RFC 6455) from Node to endpoints that say which certificate they show (docs/protocol.md section 2): no
 * authority vouches for it and no name need be in it. Nothing is sent, the path least of all, before it was seen.
 */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { type Carrier, type CarrierEnd, type CarrierFactory, pinOf } from '../carrier.ts';
import { WEBSOCKET_OPTIONS } from './server.ts';

export const pinnedWebSocketCarrier: CarrierFactory = {
  kind: 'pinned',
  takes: (endpoint) => pinOf(endpoint) !== undefined,
  open: async (endpoint, signal) => {
    const socket = await pinnedConnection(endpoint, signal);
    const url = new URL(endpoint.replace(/^http/, 'ws'));
    url.hash = '';
    const options: ClientOptions = { ...WEBSOCKET_OPTIONS, createConnection: () => socket };
    const webSocket = new WebSocket(url, options);
    return new Promise((resolve, reject) => {
      const abort = (): void => webSocket.terminate();
      signal.addEventListener('abort', abort, { once: true });
      webSocket.on('open', () => {
        signal.removeEventListener('abort', abort);
        resolve(new PinnedCarrier(webSocket));
      });
      webSocket.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    });
  },
};

/** Resolves once the certificate was seen and is the right one. */
function pinnedConnection(endpoint: string, signal: AbortSignal): Promise<TLSSocket> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({
      ...{ host, port: port === '' ? 443 : Number(port) },
      ...(isIP(host) === 0 && { servername: host }),
      // The hash below is all that is asked of it.
      rejectUnauthorized: false,
    });
    const abort = (): void => void socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', reject);
    socket.on('close', () => reject(signal.aborted ? signal.reason : new Error('closed')));
    socket.on('secureConnect', () => {
      const { raw } = socket.getPeerCertificate();
      const shown = createHash('sha256').update(raw).digest('base64url');
      if (shown !== pinOf(endpoint)) return void socket.destroy(new Error('another certificate'));
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
  });
}

class PinnedCarrier implements Carrier {
  readonly kind = 'pinned';
  readonly polls = false;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) this.onEnvelope(new Uint8Array(data));
    });
    socket.on('close', (code) => this.onClose(code === 1006 ? 'lost' : 'refused'));
  }

  send(envelope: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(envelope);
  }

  backlog(): number {
    return this.#socket.bufferedAmount;
  }

  close(): void {
    this.onEnvelope = () => undefined;
    this.onClose = () => undefined;
    this.#socket.close();
  }
}
