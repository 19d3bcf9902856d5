/** Reads the MLS working group's test vectors: JSON arrays, their bytes in hexadecimal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { nodePrimitives } from '@polynya/crypto/node-primitives';
import type { CipherSuite } from '../../crypto/cipher-suite.ts';
import { loadSuite } from '../../crypto/load-suite.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'test-vectors');

/** All vectors of a file, which is named as the working group names it. */
export function vectorsOf<T>(file: string): T[] {
  const vectors: T[] = JSON.parse(
    brotliDecompressSync(readFileSync(join(FOLDER, `${file}.br`))).toString(),
  );
  if (vectors.length === 0) throw new Error(`${file} has no vectors`);
  return vectors;
}

/** The vectors of a file by cipher suite, as the rows of a parametrised test. */
export function bySuite<T extends { readonly cipher_suite: number }>(
  file: string,
): { suiteId: number; vectors: T[] }[] {
  const groups = Map.groupBy(vectorsOf<T>(file), (vector) => vector.cipher_suite);
  return [...groups].map(([suiteId, vectors]) => ({ suiteId, vectors }));
}

export const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(hex, 'hex'));

export const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

const suites = new Map<number, Promise<CipherSuite>>();

export function suiteOf(id: number): Promise<CipherSuite> {
  const known = suites.get(id) ?? loadSuite(id, nodePrimitives);
  suites.set(id, known);
  return known;
}
