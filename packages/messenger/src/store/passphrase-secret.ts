/** What a passphrase gives for a lock: scrypt (RFC 7914), so that each guess costs 128 MB and most of a second. */
import { scryptAsync } from '@noble/hashes/scrypt.js';
import type { Way } from './lock.ts';

const COST = 2 ** 17;
const SALT = 16;

type PassphraseWay = Extract<Way, { by: 'passphrase' }>;

export function newPassphraseWay(): PassphraseWay {
  return { by: 'passphrase', salt: crypto.getRandomValues(new Uint8Array(SALT)), cost: COST };
}

/** 32 bytes. The same letters in another normal form of Unicode are the same passphrase. */
export function passphraseSecret(
  passphrase: string,
  { salt, cost }: PassphraseWay,
): Promise<Uint8Array> {
  const typed = new TextEncoder().encode(passphrase.normalize('NFKC'));
  return scryptAsync(typed, salt, { N: cost, r: 8, p: 1, dkLen: 32, maxmem: 2 ** 28 });
}
