/** The server's end of HTTP POST: a list of envelopes up, and in answer all that they asked for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { joinEnvelopes, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { ServerSessions } from '../../server-sessions.ts';
import { Sink } from '../../sink.ts';
import { type BodyRoom, readBody } from './body.ts';

export interface PostLimits {
  /** Envelope bytes in one answer; what is beyond is dropped and asked for again. */
  readonly answer: number;
  /** How long a POST may stay open, in ms: longer than the longest linger. */
  readonly open: number;
}

export const DEFAULT_POST_LIMITS: PostLimits = {
  answer: LIMITS.post - 4 * LIMITS.postEnvelopes,
  open: 75_000,
};

/**
 * Answers a POST. 'unknown': nothing in it is for this server, nothing was written, and the caller
 * answers with what its site says to any unknown address. 'no-room': nothing was written either, and the
 * caller cuts the connection off, as carriers may end at any time. Rejects only if the request breaks off.
 */
export async function handlePost(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: ServerSessions,
  room: BodyRoom,
  limits: PostLimits = DEFAULT_POST_LIMITS,
): Promise<'handled' | 'unknown' | 'no-room'> {
  const body = await readBody(request, room, (handle) => sessions.issued(handle));
  if (body === 'no-room') return body;
  const envelopes = body === 'too-long' ? null : envelopesIn(body);
  if (!envelopes || envelopes.length === 0) return 'unknown';
  const answers: Uint8Array[] = [];
  let bytes = 0;
  const sink = new Sink({
    standing: false,
    backlog: () => bytes,
    send: (envelope) => {
      if (bytes + envelope.length > limits.answer) return;
      if (answers.length === LIMITS.postEnvelopes) return;
      bytes += envelope.length;
      answers.push(envelope);
    },
  });
  const outcomes = envelopes.map((envelope) => sessions.receive(envelope, sink));
  const known = outcomes.filter((outcome) => outcome !== 'unknown');
  if (known.length === 0) return 'unknown';
  await Promise.race([Promise.all(known), closing(response, limits.open)]);
  sink.close();
  if (response.destroyed) return 'handled';
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
  });
  response.end(joinEnvelopes(answers));
  return 'handled';
}

function envelopesIn(body: Uint8Array): Uint8Array[] | null {
  try {
    return splitEnvelopes(body);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** Resolves when the client goes away, or after `ms`. */
function closing(response: ServerResponse, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
