/**
 * The server's end of HTTP POST: a list of envelopes up, and in answer all that they asked for; or a sip of
 * such a list.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HANDLE } from '@polynya/protocol/envelope';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { decodeUpSip, EXCHANGE, encodeDownSip, isSip, type UpSip } from '@polynya/protocol/sip';
import type { FindNeighbour, Neighbour } from '../../server/neighbour.ts';
import type { ServerSessions } from '../../server/server-sessions.ts';
import type { Exchanges } from '../sip/server.ts';
import { beginBatch } from './batch.ts';
import { type BodyRoom, readBody } from './body.ts';

/** 'unknown' and 'no-room': nothing was written. */
type Outcome = 'handled' | 'unknown' | 'no-room';

const HEADERS = { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' };
/** Where a body has the handle of its first envelope, and a sip the same. */
const FIRST = 4;
/** Where a sip has its exchange. */
const SECOND = FIRST + HANDLE;

/**
 * Answers a POST. 'unknown': nothing in it is for this server, and the caller answers with what its site
 * says to any unknown address. 'no-room': the caller cuts the connection off, as carriers may end at any
 * time. Rejects only if the request breaks off. What is for a neighbour goes there, unless that is away.
 */
export async function handlePost(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: ServerSessions,
  room: BodyRoom,
  exchanges: Exchanges,
  neighbour: FindNeighbour = () => undefined,
): Promise<Outcome> {
  const body = await readBody(request, room, (handle) => sessions.issued(handle));
  if (body === 'no-room') return body;
  if (body === 'too-long') return 'unknown';
  const exchange = isSip(body) ? body.subarray(SECOND, SECOND + EXCHANGE) : undefined;
  const elsewhere = neighbour(body.subarray(FIRST, SECOND), exchange);
  const answered = elsewhere ? await handedOn(elsewhere, body, response) : 'away';
  if (answered !== 'away') return answered;
  if (isSip(body)) return handleSip(body, response, sessions, exchanges);
  const batch = beginBatch(body, sessions);
  if (!batch) return 'unknown';
  await Promise.race([
    batch.answered,
    new Promise<void>((resolve) => response.on('close', resolve)),
  ]);
  const answer = batch.end();
  if (!response.destroyed) response.writeHead(200, HEADERS).end(answer);
  return 'handled';
}

async function handedOn(
  neighbour: Neighbour,
  body: Uint8Array,
  response: ServerResponse,
): Promise<Outcome | 'away'> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answer = await neighbour.post(body, gone.signal);
  if (answer === 'unknown' || answer === 'away') return answer;
  const last = isSip(body) ? { connection: 'close' } : {};
  if (!response.destroyed) response.writeHead(200, { ...HEADERS, ...last }).end(answer);
  return 'handled';
}

/** A connection serves one sip, so that the next begins with a line that has carried nothing yet. */
async function handleSip(
  body: Uint8Array,
  response: ServerResponse,
  sessions: ServerSessions,
  exchanges: Exchanges,
): Promise<Outcome> {
  const sip = decoded(body);
  const taken = sip ? exchanges.take(sip, sessions) : 'unknown';
  if (taken === 'unknown' || taken === 'no-room') return taken;
  const answer = encodeDownSip(await taken);
  if (!response.destroyed) response.writeHead(200, { ...HEADERS, connection: 'close' }).end(answer);
  return 'handled';
}

function decoded(body: Uint8Array): UpSip | null {
  try {
    return decodeUpSip(body);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
