/** deserialization.json: the headers of vectors of variable size (RFC 9420 section 2.1.2). */
import { expect, test } from 'vitest';
import { Reader } from '../../codec/reader.ts';
import { readVarInt, writeVarInt } from '../../codec/var-int.ts';
import { Writer } from '../../codec/writer.ts';
import { bytes, hex, vectorsOf } from './vectors.ts';

interface Vector {
  readonly vlbytes_header: string;
  readonly length: number;
}

test.each(vectorsOf<Vector>('deserialization.json'))('$vlbytes_header is $length', (vector) => {
  const reader = new Reader(bytes(vector.vlbytes_header));
  expect(readVarInt(reader)).toBe(vector.length);
  expect(reader.left).toBe(0);
  const writer = new Writer();
  writeVarInt(writer, vector.length);
  expect(hex(writer.finish())).toBe(vector.vlbytes_header);
});
