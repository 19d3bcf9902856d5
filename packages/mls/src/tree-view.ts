/** Reading a ratchet tree (RFC 9420 section 7): who stands in it, and which keys are in use. */
import type { KeyPackage } from 'ts-mls/keyPackage.js';
import type { LeafNode } from 'ts-mls/leafNode.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import type { UpdatePath } from 'ts-mls/updatePath.js';
import type { Member } from './engine.ts';
import { identityOf } from './key-package-check.ts';
import { MAX_MEMBERS } from './limits.ts';
import { MlsError } from './mls-error.ts';

/** The leaf node in leaf `leaf`; leaves stand at the even indices of the array. */
export function leafNodeAt(tree: RatchetTree, leaf: number): LeafNode | undefined {
  const node = tree[leaf * 2];
  return node?.nodeType === 'leaf' ? node.leaf : undefined;
}

export function memberAt(tree: RatchetTree, leaf: number): Member {
  const node = leafNodeAt(tree, leaf);
  if (node === undefined) throw new MlsError('not-a-member');
  return { leaf, ...identityOf(node) };
}

export function membersOf(tree: RatchetTree): Member[] {
  const members: Member[] = [];
  for (let leaf = 0; leaf * 2 < tree.length; leaf += 1) {
    if (leafNodeAt(tree, leaf) !== undefined) members.push(memberAt(tree, leaf));
  }
  return members;
}

/** What a Commit would do to a tree. */
export interface TreeChange {
  readonly added: readonly KeyPackage[];
  readonly removed: readonly number[];
  readonly path?: UpdatePath | undefined;
}

function asKey(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function takeOnce(used: Set<string>, bytes: Uint8Array): void {
  const key = asKey(bytes);
  if (used.has(key)) throw new MlsError('duplicate-key');
  used.add(key);
}

/**
 * Every HPKE key that a Commit brings must be new: a leaf that repeats another's key would make the group
 * impossible to update (the library looks at the old tree only). A signature key may come back only in the Commit
 * that removes its leaf.
 * @throws MlsError `duplicate-key` or `group-full`
 */
export function checkTreeChange(tree: RatchetTree, { added, removed, path }: TreeChange): void {
  const hpkeKeys = new Set<string>();
  const signatureKeys = new Set<string>();
  tree.forEach((node, index) => {
    if (node?.nodeType === 'parent') hpkeKeys.add(asKey(node.parent.hpkePublicKey));
    if (node?.nodeType !== 'leaf') return;
    hpkeKeys.add(asKey(node.leaf.hpkePublicKey));
    if (!removed.includes(index / 2)) signatureKeys.add(asKey(node.leaf.signaturePublicKey));
  });
  if (signatureKeys.size + added.length > MAX_MEMBERS) throw new MlsError('group-full');
  for (const { initKey, leafNode } of added) {
    takeOnce(hpkeKeys, initKey);
    takeOnce(hpkeKeys, leafNode.hpkePublicKey);
    takeOnce(signatureKeys, leafNode.signaturePublicKey);
  }
  if (path === undefined) return;
  takeOnce(hpkeKeys, path.leafNode.hpkePublicKey);
  for (const node of path.nodes) takeOnce(hpkeKeys, node.hpkePublicKey);
}
