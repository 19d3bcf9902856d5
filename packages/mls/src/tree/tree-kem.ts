/**
 * TreeKEM (RFC 9420 sections 7.4 to 7.6): a member renews the keys of its leaf and of the nodes above, and every other
 * member learns those that it stands under.
 */
import { EMPTY, sameBytes } from '@polynya/crypto/bytes';
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { Random } from '@polynya/crypto/primitives';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { decryptWithLabel, type HpkeCiphertext, sealerWithLabel } from '../crypto/labels.ts';
import { demand, MlsError, violated } from '../mls-error.ts';
import type { LeafNode } from './leaf-node.ts';
import { parentHash } from './parent-hash.ts';
import type { ParentNode } from './parent-node.ts';
import { nextPathSecret, nodeKeyPair } from './path-secrets.ts';
import { heldKey, keysAbove, type PrivatePath, stillHeld } from './private-path.ts';
import type { RatchetTree } from './ratchet-tree.ts';
import { encryptionKey, holds } from './subtree.ts';
import { filteredDirectPath, type PathStep, recipients, type UpdatePath } from './update-path.ts';

const LABEL = 'UpdatePathNode';

/** The parent nodes that a path puts into the tree, chained by parent hashes from the root down (section 7.9). */
function chained(suite: CipherSuite, steps: readonly PathStep[], keys: readonly Uint8Array[]) {
  const parents = new Map<number, ParentNode>();
  let hash = EMPTY as Uint8Array;
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    const { node, copath } = steps[i] as PathStep;
    const parent = { encryptionKey: keys[i] as Uint8Array, parentHash: hash, unmergedLeaves: [] };
    parents.set(node.index, parent);
    hash = parentHash(suite, parent, copath);
  }
  return { parents, leafParentHash: hash };
}

export interface NewPath {
  readonly tree: RatchetTree;
  readonly privatePath: PrivatePath;
  /** By the index of the node. For the Welcomes of who comes by the same Commit; erase them after. */
  readonly pathSecrets: ReadonlyMap<number, Uint8Array>;
  readonly commitSecret: Uint8Array;
  /** The UpdatePath, once `context` (a GroupContext) is known, which needs the hash of `tree`. */
  encrypt(context: Uint8Array, added: ReadonlySet<number>): Promise<UpdatePath>;
}

/** New keys for the leaf of `sender` and the nodes above it. `makeLeaf` signs the leaf node. */
export async function newPath(
  suite: CipherSuite,
  tree: RatchetTree,
  sender: number,
  makeLeaf: (encryptionKey: Uint8Array, parentHash: Uint8Array) => Promise<LeafNode>,
  random: Random,
): Promise<NewPath> {
  const steps = filteredDirectPath(tree, sender);
  const leafKeys = await suite.kem.deriveKeyPair(random(suite.kem.privateKeySize));
  const privatePath = new Map<number, KeyPair>([[2 * sender, leafKeys]]);
  const pathSecrets = new Map<number, Uint8Array>();
  const publicKeys: Uint8Array[] = [];
  let secret = random(suite.hash.size);
  for (const { node } of steps) {
    const pair = await nodeKeyPair(suite, secret);
    privatePath.set(node.index, pair);
    pathSecrets.set(node.index, secret);
    publicKeys.push(pair.publicKey);
    secret = nextPathSecret(suite, secret);
  }
  const { parents, leafParentHash } = chained(suite, steps, publicKeys);
  const leafNode = await makeLeaf(leafKeys.publicKey, leafParentHash);
  return {
    tree: tree.merge(sender, leafNode, parents),
    privatePath,
    pathSecrets,
    commitSecret: secret,
    async encrypt(context, added) {
      const seal = sealerWithLabel(suite, LABEL, context);
      const nodes: UpdatePath['nodes'][number][] = [];
      for (const [i, step] of steps.entries()) {
        const pathSecret = pathSecrets.get(step.node.index) as Uint8Array;
        const encryptedPathSecret: HpkeCiphertext[] = [];
        for (const to of recipients(step, added)) {
          const key = encryptionKey(to) as Uint8Array;
          encryptedPathSecret.push(await seal(key, pathSecret, random));
        }
        nodes.push({ encryptionKey: publicKeys[i] as Uint8Array, encryptedPathSecret });
      }
      return { leafNode, nodes };
    },
  };
}

/** Every key of a path is new to the tree that the path is for (section 12.4.2). @throws MlsError, rule `path-key-unique` */
export function demandNewKeys(tree: RatchetTree, { leafNode, nodes }: UpdatePath): void {
  const keys = [leafNode.encryptionKey, ...nodes.map((node) => node.encryptionKey)];
  for (const [i, key] of keys.entries()) {
    const isNew = !tree.hasEncryptionKey(key) && !keys.slice(0, i).some((k) => sameBytes(k, key));
    demand('path-key-unique', isNew);
  }
}

/**
 * `tree` after the public part of another member's path. The leaf node's own demands (section 7.3) are the caller's.
 * @throws MlsError with the rule that the path violates
 */
export function applyPath(
  suite: CipherSuite,
  tree: RatchetTree,
  sender: number,
  path: UpdatePath,
  added: ReadonlySet<number>,
): RatchetTree {
  const steps = filteredDirectPath(tree, sender);
  demand('path-length', steps.length === path.nodes.length);
  for (const [i, step] of steps.entries()) {
    const sent = path.nodes[i]?.encryptedPathSecret.length;
    demand('path-ciphertexts', sent === recipients(step, added).length);
  }
  const keys = path.nodes.map((node) => node.encryptionKey);
  const { parents, leafParentHash } = chained(suite, steps, keys);
  const { source } = path.leafNode;
  if (source.kind !== 'commit') throw violated('leaf-source');
  demand('path-parent-hash', sameBytes(source.parentHash, leafParentHash));
  return tree.merge(sender, path.leafNode, parents);
}

/** What one member learns from another's path. */
export interface LearnedPath {
  readonly privatePath: PrivatePath;
  readonly commitSecret: Uint8Array;
}

/**
 * `before` is the tree that the path was made for, `after` what `applyPath` made of it.
 * @throws MlsError `cannot-open`, or with the rule that the path violates
 */
export async function learnPath(
  suite: CipherSuite,
  trees: { readonly before: RatchetTree; readonly after: RatchetTree },
  sender: number,
  path: UpdatePath,
  own: { readonly leafIndex: number; readonly keys: PrivatePath },
  context: Uint8Array,
  added: ReadonlySet<number>,
): Promise<LearnedPath> {
  const steps = filteredDirectPath(trees.before, sender);
  const at = steps.findIndex(({ copath }) => holds(copath, own.leafIndex));
  const step = steps[at];
  const held = step && heldKey(own.keys, recipients(step, added));
  const sealed = held && path.nodes[at]?.encryptedPathSecret[held.at];
  if (!step || !held || !sealed) throw new MlsError('cannot-open', 'no key for this path');
  const pathSecret = await decryptWithLabel(suite, held.keyPair, LABEL, context, sealed);
  const above = await keysAbove(suite, trees.after, sender, step.node.index, pathSecret);
  const kept = stillHeld(own.keys, trees.after, own.leafIndex);
  return {
    privatePath: new Map([...kept, ...above.keys]),
    commitSecret: above.commitSecret,
  };
}
