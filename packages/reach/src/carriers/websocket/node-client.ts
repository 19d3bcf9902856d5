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
import { unevenly } from './uneven-records.ts';

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
  const url = new URL(endpoint.replace(/^http/, 'ws'));
  const stream = url.protocol === 'wss:' ? unevenly(socket, systemRandom) : socket;
  url.hash = '';
  const options: ClientOptions = {
    ...WEBSOCKET_OPTIONS,
    // `ws` takes any stream, whatever its types say.
    createConnection: () => stream as Socket,
  };
  const webSocket = new WebSocket(url, options);
  return new Promise((resolve, reject) => {
    const abort = (): void => webSocket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    webSocket.on('open', () => {
      signal.removeEventListener('abort', abort);
      resolve(new NodeWebSocketCarrier(webSocket));
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
