/**
 * WebSockets (RFC 6455) from Node, over connections of its own: hosts by name are found past a resolver that is silent
 * or lies, and endpoints that say which certificate they show (docs/protocol.md section 2) are held to that, whoever
 * issued it. Nothing is sent, the path least of all, before the certificate was seen.
 */
import type { Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { systemRandom } from '../../clock.ts';
import type { Dialer } from '../by-name/dialer.ts';
import { type Carrier, type CarrierEnd, type CarrierFactory, pinOf } from '../carrier.ts';
import { WEBSOCKET_OPTIONS } from './server.ts';
import { beUneven, sendUnevenly, unevenText } from './uneven.ts';

/** To endpoints of the web. */
export function nodeWebSocketCarrier(dialer: Dialer): CarrierFactory {
  return { kind: 'websocket', open: (endpoint, signal) => open(dialer, endpoint, signal) };
}

/** To endpoints that say which certificate they show. */
export function pinnedWebSocketCarrier(dialer: Dialer): CarrierFactory {
  return {
    kind: 'pinned',
    takes: (endpoint) => pinOf(endpoint) !== undefined,
    open: (endpoint, signal) => open(dialer, endpoint, signal),
  };
}

async function open(dialer: Dialer, endpoint: string, signal: AbortSignal): Promise<Carrier> {
  const socket: Socket = await dialer.connect(endpoint, signal);
  beUneven(socket, systemRandom);
  const url = new URL(endpoint.replace(/^http/, 'ws'));
  url.hash = '';
  const options: ClientOptions = {
    ...WEBSOCKET_OPTIONS,
    headers: { cookie: `id=${unevenText(systemRandom)}` },
    createConnection: () => socket,
  };
  const webSocket = new WebSocket(url, options);
  return new Promise((resolve, reject) => {
    const abort = (): void => webSocket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    webSocket.on('open', () => {
      signal.removeEventListener('abort', abort);
      resolve(new NodeWebSocketCarrier(webSocket, socket));
    });
    webSocket.on('error', (error) => reject(signal.aborted ? signal.reason : error));
  });
}

class NodeWebSocketCarrier implements Carrier {
  readonly kind = 'websocket';
  readonly polls = false;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #socket: WebSocket;
  readonly #stream: Socket;

  constructor(socket: WebSocket, stream: Socket) {
    this.#socket = socket;
    this.#stream = stream;
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) this.onEnvelope(new Uint8Array(data));
    });
    socket.on('close', (code) => this.onClose(code === 1006 ? 'lost' : 'refused'));
  }

  send(envelope: Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    sendUnevenly(this.#socket, this.#stream, envelope, systemRandom);
  }

  backlog(): number {
    return this.#socket.bufferedAmount;
  }

  close(): void {
    this.onEnvelope = () => undefined;
    this.onClose = () => undefined;
    // Whoever read a site says nothing as they go.
    if (this.#socket.bufferedAmount === 0) this.#socket.terminate();
    else this.#socket.close();
  }
}
