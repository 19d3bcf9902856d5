/** One neighbour as this process reaches it: POSTs, lines for WebSockets, batches of signals and of what was taken. */
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { WEBSOCKET_OPTIONS } from '@polynya/reach/carriers/websocket/server';
import type { LineEvents, Neighbour, NeighbourLine } from '@polynya/reach/server/neighbour';
import { WebSocket } from 'ws';
import type { Told } from './inside-server.ts';
import { clientTls } from './inside-tls.ts';

const ENVELOPES = 'application/octet-stream';
/** Until a connection stands; in one network that takes milliseconds. */
const CONNECT_MS = 3_000;
/** Until an answer comes: a POST may linger. */
const ANSWER_MS = 90_000;
const ALIVE_MS = 5_000;
/** Bytes that wait for a neighbour that does not take them, beyond which envelopes are dropped. */
const UNTAKEN = 1_048_576;

export class InsideClient implements Neighbour {
  readonly #url: string;
  readonly #key: Buffer;
  readonly #agent: Agent;
  readonly #lines = new Set<WebSocket>();
  #closed = false;

  /** `address`: host and port. */
  constructor(address: string, key: Buffer) {
    this.#url = `https://${address}`;
    this.#key = key;
    this.#agent = new Agent({ ...clientTls(key), keepAlive: true, timeout: ANSWER_MS });
  }

  async post(body: Uint8Array, signal: AbortSignal): Promise<Uint8Array | 'unknown' | 'away'> {
    const answer = await this.#ask('/s', 'POST', body, signal);
    if (!answer) return 'away';
    try {
      const said = new Uint8Array(await buffer(answer));
      const right = answer.statusCode === 200 && answer.headers['content-type'] === ENVELOPES;
      return right ? said : 'unknown';
    } catch {
      // It ended in the middle, as carriers do.
      return 'away';
    }
  }

  /** Signals, what was taken of rates, bridges. Whether it was heard. */
  async tell(what: Told, batch: Uint8Array): Promise<boolean> {
    const answer = await this.#ask(`/${what}`, 'POST', batch, AbortSignal.timeout(ALIVE_MS));
    answer?.resume();
    return answer !== null;
  }

  async alive(): Promise<boolean> {
    const answer = await this.#ask('/', 'GET', undefined, AbortSignal.timeout(ALIVE_MS));
    answer?.resume();
    return answer !== null;
  }

  line(events: LineEvents): NeighbourLine {
    const socket = new WebSocket(`${this.#url.replace('https', 'wss')}/s`, {
      ...WEBSOCKET_OPTIONS,
      ...clientTls(this.#key),
      handshakeTimeout: CONNECT_MS,
      followRedirects: false,
    });
    this.#lines.add(socket);
    if (this.#closed) socket.terminate();
    const early: Uint8Array[] = [];
    let waiting = 0;
    socket.on('open', () => {
      for (const envelope of early.splice(0)) socket.send(envelope);
    });
    socket.on('message', (data, binary) => {
      if (binary && Buffer.isBuffer(data)) events.envelope(data);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      this.#lines.delete(socket);
      // What the neighbour does not know it closes in order; one that stops says that it goes away (1001).
      events.end(code === 1005 || code === 1000 ? 'refused' : 'broken');
    });
    return {
      send: (envelope) => {
        if (socket.readyState === WebSocket.CONNECTING) {
          if (waiting >= UNTAKEN) return;
          waiting += envelope.length;
          early.push(envelope);
        } else if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < UNTAKEN) {
          socket.send(envelope);
        }
      },
      pause: (paused) => (paused ? socket.pause() : socket.resume()),
      close: () => socket.close(),
    };
  }

  /** Ends all that is under way. */
  close(): void {
    this.#closed = true;
    this.#agent.destroy();
    for (const socket of this.#lines) socket.terminate();
  }

  /** Null if none comes. */
  #ask(
    path: string,
    method: 'GET' | 'POST',
    body: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage | null> {
    const headers = body ? { 'content-type': ENVELOPES, 'content-length': body.length } : {};
    const outgoing = request(`${this.#url}${path}`, {
      ...{ method, headers, signal, timeout: ANSWER_MS },
      agent: this.#agent,
    });
    const late = setTimeout(() => outgoing.destroy(), CONNECT_MS);
    outgoing.on('socket', (socket) => {
      if (outgoing.reusedSocket) clearTimeout(late);
      else socket.once('secureConnect', () => clearTimeout(late));
    });
    return new Promise((resolve) => {
      outgoing.on('error', () => resolve(null));
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('close', () => {
        clearTimeout(late);
        resolve(null);
      });
      outgoing.on('response', resolve);
      outgoing.end(body);
    });
  }
}
