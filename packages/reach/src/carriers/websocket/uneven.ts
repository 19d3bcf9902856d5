/**
 * WebSockets of which no record of TLS has always the same length: envelopes have few lengths and an upgrade has one, by
 * which whoever sees only records would know both again. No packet more is sent for it.
 */
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import type { Random } from '../../clock.ts';

/** Bytes at most beside an envelope; of a head, for each counts. */
const BESIDE = 64;
const HEAD = 128;
/** What is longer leaves in records of so many bytes and up to `MORE` more (RFC 8446 section 5.1), as long as a request of a browser. */
const FRAGMENT = 512;
const MORE = 128;
/** What TLS adds to a record (RFC 8446 section 5.2), and the heads of an envelope and of what is beside it when masked. */
const RECORD = 22;
const HEADS = 14;
/** What a packet of TCP holds nearly everywhere. */
const PACKET = 1_436;

/** Sends an envelope, and in one record with it a pong that nobody asked for (RFC 6455 section 5.5.3), of random length. */
export function sendUnevenly(
  socket: WebSocket,
  stream: Duplex,
  envelope: Uint8Array,
  random: Random,
  sent?: () => void,
): void {
  stream.cork();
  socket.send(envelope, sent);
  socket.pong(unevenPong(random, envelope.length));
  stream.uncork();
}

/**
 * What the pong beside an envelope of so many bytes says: no more than its last packet has room for. A first flight
 * nearly fills one, and where connections freeze after so many packets each decides.
 */
export function unevenPong(random: Random, length: number): Uint8Array {
  const framed = HEADS + length;
  const sent = framed + RECORD * Math.ceil((framed + BESIDE) / FRAGMENT);
  const left = PACKET - (sent % PACKET);
  return random(below(Math.min(BESIDE, left), random));
}

/** Before a connection is upgraded: what is long is cut, at each where another's would not be, and who goes is not answered. */
export function beUneven(stream: Duplex, random: Random): void {
  if (stream instanceof TLSSocket) stream.setMaxSendFragment(FRAGMENT + below(MORE, random));
  endSilently(stream);
}

/** Who goes is sent no alert that closes TLS (RFC 8446 section 6.1): of those who read a site nobody is. */
export function endSilently(stream: Duplex): void {
  stream.prependListener('end', () => stream.destroy());
}

/** A header that means nothing, in the answer to an upgrade or a POST. */
export function unevenHeader(random: Random): { readonly etag: string } {
  return { etag: `"${unevenText(random)}"` };
}

/** Letters, as many as chance says. */
export function unevenText(random: Random): string {
  return Buffer.from(random(1 + below(HEAD, random))).toString('base64url');
}

function below(most: number, random: Random): number {
  const [drawn = 0] = random(1);
  return drawn % most;
}
