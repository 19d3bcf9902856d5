/** Secrets of an epoch that both ends of the log know by name (docs/protocol.md section 6). */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Group } from '@polynya/mls/engine';

const NO_CONTEXT = new Uint8Array(0);

/** What opens the log in this epoch. */
export function capability(group: Group): Promise<Uint8Array> {
  return group.export('polynya capability', NO_CONTEXT, 32);
}

/** What the server keeps of it. */
export async function capabilityHash(group: Group): Promise<Uint8Array> {
  return sha256(await capability(group));
}

export function signalKey(group: Group): Promise<Uint8Array> {
  return group.export('polynya signal', NO_CONTEXT, 32);
}
