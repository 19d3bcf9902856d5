/** Variable-size vector length headers (RFC 9420 section 2.1.2): 1, 2 or 4 bytes, always the shortest. */
import { MlsError } from '../mls-error.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

const MAX = 0x3fff_ffff;

export function writeVarInt(writer: Writer, value: number): void {
  if (value < 0x40) writer.uint(value, 1);
  else if (value < 0x4000) writer.uint(value + 0x4000, 2);
  else if (value <= MAX) writer.uint(value + 0x8000_0000, 4);
  else throw new MlsError('invalid-argument', 'longer than a vector may be');
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
