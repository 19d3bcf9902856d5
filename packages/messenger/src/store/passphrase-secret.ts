/** What a passphrase gives for a lock: each guess costs 128 MB and most of a second. */
import type { Way } from './lock.ts';
import { scrypt } from './scrypt.ts';

/** 32 bytes; `progress` hears the share that is done. The same letters in another normal form of Unicode are the same passphrase. */
export function passphraseSecret(
  passphrase: string,
  { salt, cost }: Extract<Way, { by: 'passphrase' }>,
  progress?: (share: number) => void,
): Promise<Uint8Array> {
  const password = new TextEncoder().encode(passphrase.normalize('NFKC'));
  return scrypt(password, salt, { cost, r: 8 }, progress);
}
