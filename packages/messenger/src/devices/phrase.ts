/**
 * The recovery phrase (docs/protocol.md section 9): the root key's seed and a checksum in Crockford's base32, 15 groups
 * of four, which nobody can confuse by a letter. Written by hand and typed in any case.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { Problem } from '../api.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SEED = 32;
/** 60 letters of five bits: the seed's 256 and 44 of its hash. */
const LETTERS = 60;
const LOOK_ALIKE: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

export function phraseOf(seed: Uint8Array): string {
  const bits = bitsOf(concat(seed, checksum(seed))).slice(0, LETTERS * 5);
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]);
  return (letters.join('').match(/.{4}/g) ?? []).join(' ');
}

/** @throws Problem 'phrase-wrong' */
export function seedOf(phrase: string): Uint8Array {
  const letters = phrase.toUpperCase().replaceAll(/[\s-]/g, '');
  const values = [...letters].map((letter) => ALPHABET.indexOf(LOOK_ALIKE[letter] ?? letter));
  if (values.length !== LETTERS || values.includes(-1)) throw new Problem('phrase-wrong');
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('');
  const bytes = (bits.slice(0, SEED * 8).match(/.{8}/g) ?? []).map((byte) =>
    Number.parseInt(byte, 2),
  );
  const seed = Uint8Array.from(bytes);
  if (!bitsOf(checksum(seed)).startsWith(bits.slice(SEED * 8))) throw new Problem('phrase-wrong');
  return seed;
}

function checksum(seed: Uint8Array): Uint8Array {
  return sha256(concat(utf8('polynya recovery phrase'), seed)).slice(0, 6);
}

function bitsOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}
