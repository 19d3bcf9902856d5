/**
 * What is said in the names of DNS queries (docs/protocol.md section 2): a piece of a body on its way up, or a
 * question for a piece of its answer; and names as such, in base32 (RFC 4648 section 6) under a zone. Encodings only.
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
/** An answer's length is said in units of so many bytes. */
const UNIT = 8;
/** Bytes of what every query says, of a question for a piece of an answer, and of what comes before a piece. */
const COMMON = 2;
export const DNS_ASK = COMMON + DNS_EXCHANGE + 3;
const UP = COMMON + DNS_EXCHANGE + 6;

interface Common {
  /** Bytes that the message with the answer may have. */
  readonly most: number;
}

/** How the queries of one exchange are known. */
interface OfExchange extends Common {
  /** `DNS_EXCHANGE` random bytes, the same for all queries of one exchange. */
  readonly exchange: Uint8Array;
}

/** Asks for zeros, as many as may be, to find out what the resolver lets pass. */
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

/** @param fill zeros behind what says less than a piece: an answer is never much longer than its question (bytes) */
export function encodeDnsQuery(query: DnsQuery, fill = 0): Bytes {
  const head = new Uint8Array([KINDS.indexOf(query.ask), Math.floor(query.most / UNIT)]);
  if (query.ask === 'trial') return concat(head, new Uint8Array(fill));
  const { exchange } = query;
  if (query.ask === 'answer') return concat(head, exchange, u24(query.from), new Uint8Array(fill));
  return concat(head, exchange, u24(query.total), u24(query.offset), query.piece);
}

/** @throws ProtocolError 'malformed' for what no client asks */
export function decodeDnsQuery(bytes: Uint8Array): DnsQuery {
  const ask = KINDS[bytes[0] ?? KINDS.length];
  if (bytes.length < COMMON || ask === undefined) throw malformed('no query');
  const most = (bytes[1] ?? 0) * UNIT;
  if (ask === 'trial') return { ask, most };
  if (bytes.length < DNS_ASK) throw malformed('truncated query');
  const exchange = bytes.subarray(COMMON, COMMON + DNS_EXCHANGE);
  const first = readU24(bytes, COMMON + DNS_EXCHANGE);
  if (ask === 'answer') return { ask, most, exchange, from: first };
  if (bytes.length <= UP) throw malformed('no piece');
  const [offset, piece] = [readU24(bytes, UP - 3), bytes.subarray(UP)];
  if (first > LIMITS.post || offset + piece.length > first)
    throw malformed('piece out of its body');
  return { ask, most, exchange, total: first, offset, piece };
}

/** Bytes of a piece in a query of so many bytes. */
export function dnsPieceSize(query: number): number {
  return query - UP;
}

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

/** The name under `zone` that says some bytes, at most `dnsRoom` of them. */
export function dnsName(bytes: Uint8Array, zone: string): string {
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

/**
 * What a name under `zone` says, in letters of either case, as resolvers change them.
 * @throws ProtocolError 'malformed' for a name that says nothing
 */
export function dnsNameBytes(name: string, zone: string): Bytes {
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
