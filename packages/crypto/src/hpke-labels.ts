/** LabeledExtract and LabeledExpand of RFC 9180 section 4. */
import { concat, utf8 } from './bytes.ts';
import { expand, extract } from './hkdf.ts';
import type { Hash } from './primitives.ts';

export interface Labeled {
  extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array;
  expand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array;
}

export function labeled(hash: Hash, suiteId: Uint8Array): Labeled {
  const prefix = concat(utf8('HPKE-v1'), suiteId);
  return {
    extract: (salt, label, ikm) => extract(hash, salt, concat(prefix, utf8(label), ikm)),
    expand(prk, label, info, length) {
      const labeledInfo = concat(Uint8Array.of(length >> 8, length), prefix, utf8(label), info);
      return expand(hash, prk, labeledInfo, length);
    },
  };
}
