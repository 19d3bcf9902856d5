/**
 * Byte strings: joining, comparing, hex, base64url without padding (RFC 4648 section 5), big-endian
 * integers. Whatever is not in canonical form is refused with ProtocolError 'malformed'.
 */
import { ProtocolError } from './protocol-error.ts';

/** Bytes in a buffer of their own kind, which Web Crypto takes as they are. */
export type Bytes = Uint8Array<ArrayBuffer>;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** All parts one after another, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  return concatAll(parts);
}

/** `concat` for lists too long to be arguments. */
export function concatAll(parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether two byte strings are the same. The time depends on their lengths, not on their content. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0');
  return out;
}

/** Lower-case hex of whole bytes; anything else is 'malformed'. */
export function fromHex(hex: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new ProtocolError('malformed', 'not hex');
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** RFC 4648 section 5, without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (byteAt(bytes, i) << 16) | (byteAt(bytes, i + 1) << 8) | byteAt(bytes, i + 2);
    for (const shift of [18, 12, 6, 0]) out += ALPHABET[(group >> shift) & 63];
  }
  return out.slice(0, Math.ceil((bytes.length * 4) / 3));
}

/** The inverse of `toBase64url`: padding, other letters and leftover bits that are not zero are 'malformed'. */
export function fromBase64url(text: string): Bytes {
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) throw new ProtocolError('malformed', 'not base64url');
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
    }
  }
  if (bits === 6 || (held & ((1 << bits) - 1)) !== 0) {
    throw new ProtocolError('malformed', 'base64url with leftover bits');
  }
  return out;
}

/** The UTF-8 of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes; 'malformed' for bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ProtocolError('malformed', 'not UTF-8');
  }
}

/** An unsigned integer in 4 bytes, big-endian. */
export function u32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, uint(value, 0xffff_ffff));
  return out;
}

/** An unsigned safe integer in 8 bytes, big-endian. */
export function u64(value: number): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(uint(value, Number.MAX_SAFE_INTEGER)));
  return out;
}

/** The 4 bytes at `at` as an unsigned integer; 'malformed' where there are fewer. */
export function readU32(bytes: Uint8Array, at = 0): number {
  return view(bytes, at, 4).getUint32(0);
}

/** The 8 bytes at `at` as an unsigned integer; 'malformed' where there are fewer, or past 2^53 - 1. */
export function readU64(bytes: Uint8Array, at = 0): number {
  return uint(Number(view(bytes, at, 8).getBigUint64(0)), Number.MAX_SAFE_INTEGER);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function view(bytes: Uint8Array, at: number, size: number): DataView {
  if (at + size > bytes.length) throw new ProtocolError('malformed', 'truncated integer');
  return new DataView(bytes.buffer, bytes.byteOffset + at, size);
}

function uint(value: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new ProtocolError('malformed', 'integer out of range');
  }
  return value;
}
