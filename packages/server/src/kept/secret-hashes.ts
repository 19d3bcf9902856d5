/** Secrets as a server keeps them: as hashes, which join nothing to each other. */
import { createHash } from 'node:crypto';

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Who granted an invite can show it, and nobody can tell it from the stored allowances. */
export function withdrawalTag(allowance: Uint8Array, invite: Uint8Array): Uint8Array {
  return sha256(Buffer.from('polynya withdraw'), allowance, invite);
}
