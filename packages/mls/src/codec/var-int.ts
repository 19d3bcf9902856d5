/** Variable-size vector length headers (RFC 9420 section 2.1.2): 1, 2 or 4 bytes, always the shortest. */
import { MlsError } from '../mls-error.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

const MAX = 0x3fff_ffff;

export function varInt(value: number): Uint8Array {
  if (value < 0x40) return Uint8Array.of(value);
  if (value < 0x4000) return Uint8Array.of((value >> 8) | 0x40, value);
  if (value > MAX) throw new MlsError('invalid-argument', 'longer than a vector may be');
  return Uint8Array.of((value >> 24) | 0x80, value >> 16, value >> 8, value);
}

export function writeVarInt(writer: Writer, value: number): void {
  if (value < 0x40) writer.uint(value, 1);
  else if (value < 0x4000) writer.uint(value + 0x4000, 2);
  else writer.bytes(varInt(value));
}

/** @throws MlsError `malformed` if the prefix is 11 or the number fits in fewer bytes */
export function readVarInt(reader: Reader): number {
  const first = reader.uint(1);
  const prefix = first >> 6;
  if (prefix === 0) return first;
  if (prefix === 3) throw new MlsError('malformed', 'a length of no known size');
  const rest = prefix === 1 ? 1 : 3;
  const value = (first & 0x3f) * 256 ** rest + reader.uint(rest);
  if (value < (prefix === 1 ? 0x40 : 0x4000)) {
    throw new MlsError('malformed', 'a length longer than needed');
  }
  return value;
}
