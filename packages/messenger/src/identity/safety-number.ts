/**
 * Safety numbers: 60 digits that two people compare to see that nobody stands between them. Thirty digits of
 * each person, the lesser first, each by iterated SHA-512 over the root key (as numeric fingerprints are made
 * elsewhere: 5,200 rounds make the search for a look-alike key dear).
 */
import { concat, utf8 } from '@polynya/protocol/bytes';

const ROUNDS = 5_200;

/** The same for both orders of the two root keys (32 bytes each). Digits only; a view groups them by five. */
export async function safetyNumber(root: Uint8Array, other: Uint8Array): Promise<string> {
  return (await Promise.all([root, other].map(thirtyDigits))).sort().join('');
}

/** By the platform: this is all that a page would need a SHA-512 of its own for. */
async function sha512(...parts: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-512', concat(...parts)));
}

async function thirtyDigits(root: Uint8Array): Promise<string> {
  let hash = await sha512(utf8('polynya safety number'), root);
  for (let round = 1; round < ROUNDS; round++) hash = await sha512(hash, root);
  let digits = '';
  for (let at = 0; at < 30; at += 5) {
    const chunk = hash.slice(at, at + 5).reduce((sum, byte) => sum * 256 + byte, 0);
    digits += String(chunk % 100_000).padStart(5, '0');
  }
  return digits;
}
