/** The private keys that one member holds: of its leaf, and of nodes above it (RFC 9420 section 7.4). */
import { erase, sameBytes } from '@polynya/crypto/bytes';
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { violated } from '../mls-error.ts';
import { nextPathSecret, nodeKeyPair } from './path-secrets.ts';
import type { RatchetTree } from './ratchet-tree.ts';
import { encryptionKey, type Subtree } from './subtree.ts';
import { filteredDirectPath } from './update-path.ts';

/** By the index of the node. */
export type PrivatePath = ReadonlyMap<number, KeyPair>;

/** The key pair of the first of `nodes` whose private key is held. */
export function heldKey(
  keys: PrivatePath,
  nodes: readonly Subtree[],
): { readonly at: number; readonly keyPair: KeyPair } | undefined {
  for (const [at, node] of nodes.entries()) {
    const keyPair = keys.get(node.index);
    const publicKey = encryptionKey(node);
    if (keyPair && publicKey && sameBytes(keyPair.publicKey, publicKey)) return { at, keyPair };
  }
  return undefined;
}

/** Those of `keys` that stand in `tree` still: the keys of blank and renewed nodes are forgotten. */
export function stillHeld(keys: PrivatePath, tree: RatchetTree, leafIndex: number): PrivatePath {
  const kept = new Map<number, KeyPair>();
  const above = tree.directPath(leafIndex);
  for (const { index, parent } of above) {
    const pair = keys.get(index);
    if (pair && parent && sameBytes(pair.publicKey, parent.encryptionKey)) kept.set(index, pair);
  }
  const own = keys.get(2 * leafIndex);
  if (own) kept.set(2 * leafIndex, own);
  return kept;
}

/**
 * The private keys from the node `from`, whose path secret is known, to the root, where `sender` updated its path.
 * The path secrets, the given one too, are erased.
 * @returns them, and the commit secret. @throws MlsError, rule `path-key-of-secret`, unless they fit the tree's
 */
export async function keysAbove(
  suite: CipherSuite,
  tree: RatchetTree,
  sender: number,
  from: number,
  pathSecret: Uint8Array,
): Promise<{ keys: PrivatePath; commitSecret: Uint8Array }> {
  const steps = filteredDirectPath(tree, sender);
  const first = steps.findIndex(({ node }) => node.index === from);
  if (first < 0) throw violated('path-secret-place');
  const keys = new Map<number, KeyPair>();
  let secret = pathSecret;
  for (const { node } of steps.slice(first)) {
    const pair = await nodeKeyPair(suite, secret);
    const publicKey = encryptionKey(node);
    if (!publicKey || !sameBytes(pair.publicKey, publicKey)) throw violated('path-key-of-secret');
    keys.set(node.index, pair);
    const next = nextPathSecret(suite, secret);
    erase(secret);
    secret = next;
  }
  return { keys, commitSecret: secret };
}
