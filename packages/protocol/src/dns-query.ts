/**
 * What is said in the names of DNS queries (docs/protocol.md section 2): a piece of a body on its way up, or a
 * question for a piece of its answer, in base32 (RFC 4648 section 6) under a zone. Encodings only.
 */
import { type Bytes, concat } from './bytes.ts';
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** RFC 1035 section 2.3.4, in letters: a label, and a name without its last dot. */
const LABEL = 63;
const NAME = 253;
/** Bytes of the number by which the queries of one exchange are known. */
export const DNS_EXCHANGE = 8;
/** Bytes that no two queries have in common but by accident, so that no resolver answers from its memory. */
export const DNS_SALT = 4;
/** An answer's length is said in units of so many bytes. */
const UNIT = 8;
/** Bytes that come before what fills up a trial, before a piece, and before what fills up a question for one. */
const COMMON = 2 + DNS_SALT;
const UP = COMMON + DNS_EXCHANGE + 6;
/** Bytes of a question for a piece of an answer. */
export const DNS_ASK = COMMON + DNS_EXCHANGE + 3;

interface Common {
  /** Bytes that the message with the answer may have. */
  readonly most: number;
  /** `DNS_SALT` random bytes. */
  readonly salt: Uint8Array;
}

/** How the queries of one exchange are known. */
interface OfExchange extends Common {
  /** `DNS_EXCHANGE` random bytes, the same for all queries of one exchange. */
  readonly exchange: Uint8Array;
}

/** Asks for a trial answer as long as may be, to find out what the resolver lets pass. */
export interface DnsTrial extends Common {
  readonly ask: 'trial';
}

export interface DnsPiece extends OfExchange {
  readonly ask: 'piece';
  /** Bytes of the whole body. */
  readonly total: number;
  /** Where `piece` stands in it. */
  readonly offset: number;
  readonly piece: Uint8Array;
}

export interface DnsAnswerWanted extends OfExchange {
  readonly ask: 'answer';
  /** From where on the answer is wanted. */
  readonly from: number;
}

export type DnsQuery = DnsTrial | DnsPiece | DnsAnswerWanted;

const KINDS = ['trial', 'piece', 'answer'] as const;

/** Whether a zone's name is one, in lower case, and leaves room for what is said. */
export function isDnsZone(zone: string): boolean {
  const isName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(zone);
  return isName && zone.length <= 120;
}

/** Bytes that can be said under `zone` by a name of so many letters. */
export function dnsRoom(zone: string, letters = NAME): number {
  const own = Math.min(letters, NAME) - 1 - zone.length;
  const encoded = own - Math.floor(own / (LABEL + 1));
  return Math.max(0, Math.floor((encoded * 5) / 8));
}

/** Bytes of a body that one query brings up. */
export function dnsPieceSize(zone: string): number {
  return dnsRoom(zone) - UP;
}

/**
 * The name to ask for. What says less than a piece can be filled up with `fill`, at random, so that it is as long as
 * one: an answer is never much longer than its question.
 */
export function encodeDnsQuery(
  query: DnsQuery,
  zone: string,
  fill: Uint8Array = new Uint8Array(0),
): string {
  const kind = [KINDS.indexOf(query.ask), Math.floor(query.most / UNIT)];
  const head = concat(new Uint8Array(kind), query.salt);
  if (query.ask === 'trial') return nameOf(concat(head, fill), zone);
  const { exchange } = query;
  if (query.ask === 'answer') return nameOf(concat(head, exchange, u24(query.from), fill), zone);
  const { total, offset, piece } = query;
  return nameOf(concat(head, exchange, u24(total), u24(offset), piece), zone);
}

/**
 * What a name under `zone` asks for, in letters of either case, as resolvers change them.
 * @throws ProtocolError 'malformed' for a name that no client asks for
 */
export function decodeDnsQuery(name: string, zone: string): DnsQuery {
  const bytes = bytesOf(name, zone);
  const ask = KINDS[bytes[0] ?? KINDS.length];
  if (bytes.length < COMMON || ask === undefined) throw malformed('no query');
  const common = { most: (bytes[1] ?? 0) * UNIT, salt: bytes.subarray(2, COMMON) };
  if (ask === 'trial') return { ask, ...common };
  if (bytes.length < DNS_ASK) throw malformed('truncated query');
  const exchange = bytes.subarray(COMMON, COMMON + DNS_EXCHANGE);
  const first = readU24(bytes, COMMON + DNS_EXCHANGE);
  if (ask === 'answer') return { ask, ...common, exchange, from: first };
  if (bytes.length <= UP) throw malformed('no piece');
  const [offset, piece] = [readU24(bytes, UP - 3), bytes.subarray(UP)];
  if (first > LIMITS.post || offset + piece.length > first)
    throw malformed('piece out of its body');
  return { ask, ...common, exchange, total: first, offset, piece };
}

/** What answers a trial: so many bytes that follow from its salt, which nobody else would answer. */
export function dnsTrialAnswer(salt: Uint8Array, length: number): Bytes {
  return Uint8Array.from({ length }, (_, at) => ((salt[at % DNS_SALT] ?? 0) + at) & 0xff);
}

function nameOf(bytes: Uint8Array, zone: string): string {
  let letters = '';
  let [held, bits] = [0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) letters += ALPHABET[(held >> (bits - 5)) & 31];
  }
  if (bits > 0) letters += ALPHABET[(held << (5 - bits)) & 31];
  const labels = letters.match(new RegExp(`.{1,${LABEL}}`, 'g')) ?? [];
  return [...labels, zone].join('.');
}

function bytesOf(name: string, zone: string): Bytes {
  const lower = name.toLowerCase();
  if (!lower.endsWith(`.${zone}`)) throw malformed('not of this zone');
  const letters = lower.slice(0, -zone.length - 1).replaceAll('.', '');
  const out = new Uint8Array(Math.floor((letters.length * 5) / 8));
  let [held, bits, at] = [0, 0, 0];
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw malformed('not base32');
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out[at++] = held >> bits;
  }
  if (bits >= 5 || (held & ((1 << bits) - 1)) !== 0) throw malformed('base32 with leftover bits');
  return out;
}

function u24(value: number): Bytes {
  if (!(value >= 0 && value < 2 ** 24)) throw malformed('integer out of range');
  return new Uint8Array([value >> 16, value >> 8, value]);
}

function readU24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

function malformed(why: string): ProtocolError {
  return new ProtocolError('malformed', why);
}
