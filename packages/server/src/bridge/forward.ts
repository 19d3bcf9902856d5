/**
 * What a bridge hands on: the carriers of docs/protocol.md section 2, and files of the server's page. Nothing of
 * who asks goes along, neither address nor header, and nothing is kept.
 */
import {
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { LIMITS } from '@polynya/protocol/limits';
import { WEBSOCKET_OPTIONS } from '@polynya/reach/carriers/websocket/server';
import { sendUnevenly } from '@polynya/reach/carriers/websocket/uneven';
import { systemRandom } from '@polynya/reach/clock';
import { WebSocket } from 'ws';
import { inSmallRecords } from '../http/listening.ts';

const ENVELOPES = 'application/octet-stream';
/** Bytes of POSTs that are being read or wait for their answer, of all who come. */
const HELD = 67_108_864;
/** Bytes held for an end that does not take them, beyond which the other is not read. */
const UNREAD = 1_048_576;
/** A WebSocket on which nothing comes up for so long ends, in ms: clients speak every 30 s. */
const SILENCE = 120_000;

export interface ForwardLimits {
  /** Until the server answers a connection, in ms. */
  readonly connectMs: number;
  /** A POST may linger for so long, in ms. */
  readonly answerMs: number;
}

export const DEFAULT_FORWARD_LIMITS: ForwardLimits = { connectMs: 10_000, answerMs: 90_000 };

/** What a page's file may say about itself; nothing else comes through. */
const PAGE_HEADERS = [
  'access-control-allow-origin',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-security-policy',
  'content-type',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'etag',
  'origin-agent-cluster',
  'referrer-policy',
  'vary',
  'x-content-type-options',
] as const;
const ASKED = ['accept-encoding', 'if-none-match'] as const;

/** Connections to servers, shared by all who come: who follows them sees no single person. */
export class Forwarder {
  readonly #limits: ForwardLimits;
  readonly #secure = new Agent({ keepAlive: true });
  readonly #plain = new PlainAgent({ keepAlive: true });
  #held = 0;

  constructor(limits: ForwardLimits = DEFAULT_FORWARD_LIMITS) {
    this.#limits = limits;
  }

  close(): void {
    this.#secure.destroy();
    this.#plain.destroy();
  }

  /**
   * Hands on one POST of envelopes. False when the server has nothing to say to it: nothing was answered then.
   * Clients say how long a body is; one that does not say is none of theirs.
   */
  async post(
    endpoint: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    const bytes = Number(request.headers['content-length'] ?? 0);
    if (!(bytes > 0 && bytes <= LIMITS.post && this.#held + bytes <= HELD)) return false;
    this.#held += bytes;
    try {
      const body = await buffer(request);
      const headers = { 'content-type': ENVELOPES, 'content-length': body.length };
      const answer = await this.#ask(endpoint, { method: 'POST', headers }, response, body);
      if (!answer) return false;
      const { statusCode, headers: said } = answer;
      if (statusCode === 200 && said['content-type'] === ENVELOPES) {
        const length = picked(said, ['connection', 'content-length']);
        const kept = { 'content-type': ENVELOPES, 'cache-control': 'no-store' };
        return handOn(answer, response, 200, { ...kept, ...length });
      }
      answer.resume();
      return false;
    } finally {
      this.#held -= bytes;
    }
  }

  /** Hands on envelopes that came otherwise than by a POST: the body of its answer, null when it has none. */
  async body(endpoint: string, body: Uint8Array): Promise<Uint8Array | null> {
    const headers = { 'content-type': ENVELOPES, 'content-length': body.length };
    const answer = await this.#ask(endpoint, { method: 'POST', headers }, null, Buffer.from(body));
    if (!answer) return null;
    const { statusCode, headers: said } = answer;
    const taken = statusCode === 200 && said['content-type'] === ENVELOPES;
    // What breaks off is none; a status that is no answer is read away, for the connection's sake.
    const whole = await buffer(answer).catch(() => null);
    return taken ? whole : null;
  }

  /** Hands on a file of the server's page. False when there is none: nothing was answered then. */
  async file(url: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { method = 'GET', headers } = request;
    const asked = { method, headers: picked(headers, ASKED) };
    const answer = await this.#ask(url, asked, response);
    if (!answer) return false;
    const { statusCode = 0 } = answer;
    if (statusCode !== 200 && statusCode !== 304) {
      answer.resume();
      return false;
    }
    // What is meant to come over a connection of its own is for lines that freeze them.
    if (answer.headers.connection === 'close') inSmallRecords(response);
    return handOn(answer, response, statusCode, picked(answer.headers, PAGE_HEADERS));
  }

  /** A WebSocket to the server; null if it does not take one. */
  open(endpoint: string): Promise<WebSocket | null> {
    const server = new WebSocket(endpoint.replace(/^http/, 'ws'), {
      ...WEBSOCKET_OPTIONS,
      handshakeTimeout: this.#limits.connectMs,
      followRedirects: false,
    });
    return new Promise((resolve) => {
      server.on('error', () => resolve(null));
      server.on('open', () => resolve(server));
    });
  }

  /** The server's answer; null if none comes. Ends when whoever asked goes away. */
  #ask(url: string, options: RequestOptions, response: ServerResponse | null, body?: Buffer) {
    const secure = url.startsWith('https:');
    const { answerMs: timeout } = this.#limits;
    const outgoing = secure
      ? secureRequest(url, { ...options, timeout, agent: this.#secure })
      : plainRequest(url, { ...options, timeout, agent: this.#plain });
    response?.on('close', () => outgoing.destroy());
    return new Promise<IncomingMessage | null>((resolve) => {
      outgoing.on('error', () => resolve(null));
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('response', resolve);
      outgoing.end(body);
    });
  }
}

/** Joins two open WebSockets until one of them ends: binary messages alone, and no faster than they are taken. */
export function join(client: WebSocket, stream: Duplex, server: WebSocket): void {
  if (server.readyState !== server.OPEN) client.terminate();
  const silence = setTimeout(() => client.terminate(), SILENCE);
  pipe(
    client,
    server,
    () => silence.refresh(),
    (data, sent) => server.send(data, sent),
  );
  pipe(
    server,
    client,
    () => undefined,
    (data, sent) => sendUnevenly(client, stream, data, systemRandom, sent),
  );
  client.on('close', () => clearTimeout(silence));
}

function pipe(
  from: WebSocket,
  to: WebSocket,
  heard: () => void,
  send: (data: Buffer, sent: () => void) => void,
): void {
  from.on('message', (data, binary) => {
    heard();
    if (!binary || !Buffer.isBuffer(data)) return from.close();
    if (to.readyState !== to.OPEN) return;
    send(data, () => {
      if (from.isPaused && to.bufferedAmount <= UNREAD) from.resume();
    });
    if (to.bufferedAmount > UNREAD) from.pause();
  });
  from.on('error', () => from.terminate());
  // Whether it was the server that closed, as it does with what it does not know, or the line broke.
  from.on('close', (code) => (code === 1006 ? to.terminate() : to.close()));
}

function handOn(
  answer: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
): true {
  response.writeHead(status, headers);
  answer.on('error', () => response.destroy());
  answer.pipe(response);
  return true;
}

function picked(
  headers: IncomingMessage['headers'],
  names: readonly string[],
): Record<string, string> {
  const found = names.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(
    found.filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
