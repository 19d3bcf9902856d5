/** What a passphrase gives for a lock: each guess costs 128 MB and most of a second. */
import type { Way } from './lock.ts';
import { scrypt } from './scrypt.ts';

/** 32 bytes. The same letters in another normal form of Unicode are the same passphrase. */
export function passphraseSecret(
  passphrase: string,
  { salt, cost }: Extract<Way, { by: 'passphrase' }>,
): Promise<Uint8Array> {
  return scrypt(new TextEncoder().encode(passphrase.normalize('NFKC')), salt, { cost, r: 8 });
}
