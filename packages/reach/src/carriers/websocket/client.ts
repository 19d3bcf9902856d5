/**
 * Envelopes as the binary messages of a WebSocket (RFC 6455), from the platform's own client: not to hosts that pass
 * for web sites, since a browser's WebSocket asks for HTTP/1.1 alone (RFC 7301), which no reader of a site does.
 */
import { type Carrier, type CarrierEnd, type CarrierFactory, isPlain } from '../carrier.ts';
import { isHidden } from '../hidden.ts';

export const webSocketCarrier: CarrierFactory = {
  kind: 'websocket',
  takes: (endpoint) => isPlain(endpoint) && !isHidden(endpoint),
  open: (endpoint, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const socket = new WebSocket(endpoint.replace(/^http/, 'ws'));
      socket.binaryType = 'arraybuffer';
      const abort = (): void => {
        socket.close();
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      socket.onopen = () => {
        signal.removeEventListener('abort', abort);
        resolve(new WebSocketCarrier(socket));
      };
      socket.onclose = () => {
        signal.removeEventListener('abort', abort);
        reject(new Error('WebSocket refused'));
      };
    }),
};

class WebSocketCarrier implements Carrier {
  readonly kind = 'websocket';
  readonly polls = false;
  onEnvelope: (envelope: Uint8Array) => void = () => undefined;
  onClose: (reason: CarrierEnd) => void = () => undefined;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.onEnvelope(new Uint8Array(data));
    };
    socket.onclose = ({ wasClean }) => this.onClose(wasClean ? 'refused' : 'lost');
  }

  send(envelope: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(new Uint8Array(envelope));
  }

  backlog(): number {
    return this.#socket.bufferedAmount;
  }

  close(): void {
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
  }
}
