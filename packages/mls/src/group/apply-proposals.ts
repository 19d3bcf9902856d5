/** Applying a list of proposals to the tree (RFC 9420 section 12.3), each judged against the tree it meets. */
import { sameBytes, textOf } from '@polynya/crypto/bytes';
import { encode } from '../codec/codec.ts';
import { demand, violated } from '../mls-error.ts';
import type { PreSharedKeyId } from '../schedule/psk.ts';
import { areDistinct, type Extension, isDefaultExtension, requiredOf } from '../tree/extension.ts';
import { credential, type LeafNode } from '../tree/leaf-node.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { allSupport } from '../tree/traits.ts';
import { type Environment, verdict } from './environment.ts';
import { externalSendersOf } from './external-senders.ts';
import type { KeyPackage } from './key-package.ts';
import { validateKeyPackage } from './key-package-validation.ts';
import { validateCompatibility, validateCredentialTypes, validateLeaf } from './leaf-validation.ts';
import { isDefaultProposal, type ProposalOf } from './proposal.ts';
import { type ListedProposal, ofKind } from './proposal-list.ts';
import type { GroupState, OwnKeys } from './state.ts';

export interface Newcomer {
  readonly leafIndex: number;
  readonly keyPackage: KeyPackage;
}

export interface Applied {
  readonly tree: RatchetTree;
  readonly extensions: readonly Extension[];
  readonly added: readonly Newcomer[];
  readonly removed: readonly number[];
  readonly psks: readonly PreSharedKeyId[];
  readonly reinit?: ProposalOf<'reinit'>;
  /** Of an own Update among them. */
  readonly ownKeys?: OwnKeys;
}

type Group = Pick<GroupState, 'tree' | 'context' | 'ownLeaf'>;

/** Section 12.1.7: what the group demands anew, all who stay support. */
async function validateExtensions(
  env: Environment,
  { root }: RatchetTree,
  extensions: readonly Extension[],
): Promise<void> {
  demand('group-extensions-distinct', areDistinct(extensions));
  const supported = (type: number) =>
    isDefaultExtension(type) || allSupport(root, 'extensions', type);
  demand(
    'group-extensions-supported',
    extensions.every((one) => supported(one.extensionType)),
  );
  const required = requiredOf(extensions);
  if (required !== undefined) {
    const met =
      required.extensions.every(supported) &&
      required.proposals.every(
        (type) => isDefaultProposal(type) || allSupport(root, 'proposals', type),
      ) &&
      required.credentials.every((type) => allSupport(root, 'credentials', type));
    demand('group-capabilities-missing', met);
  }
  for (const sender of externalSendersOf(extensions)) {
    const accepted = await verdict(() =>
      env.authority.accepts(sender.credential, sender.signatureKey),
    );
    demand('group-external-senders', accepted);
  }
}

/** A leaf that its member renews: new keys, and who it says to be only as the authentication service allows. */
export async function validateRenewal(
  env: Environment,
  tree: RatchetTree,
  before: LeafNode,
  after: LeafNode,
): Promise<void> {
  demand('update-key-changed', !sameBytes(before.encryptionKey, after.encryptionKey));
  demand('leaf-key-unique', !tree.hasEncryptionKey(after.encryptionKey));
  const sameKey = sameBytes(before.signatureKey, after.signatureKey);
  demand('leaf-signature-key-unique', sameKey || !tree.hasSignatureKey(after.signatureKey));
  const same = (leaf: LeafNode) => encode(credential, leaf.credential);
  if (sameKey && sameBytes(same(before), same(after))) return;
  demand('leaf-credential', await verdict(() => env.authority.mayBecome(before, after)));
}

async function applyUpdates(
  env: Environment,
  { context, ownLeaf }: Group,
  start: RatchetTree,
  extensions: readonly Extension[],
  list: readonly ListedProposal[],
): Promise<{ tree: RatchetTree; ownKeys?: OwnKeys }> {
  let tree = start;
  let ownKeys: OwnKeys | undefined;
  for (const { sender, proposal, keys } of ofKind(list, 'update')) {
    if (sender.kind !== 'member') throw violated('proposal-sender');
    const { leafIndex } = sender;
    const before = tree.leaf(leafIndex);
    if (before === null) throw violated('proposal-sender');
    await validateLeaf(env, proposal.leafNode, 'update', { groupId: context.groupId, leafIndex });
    validateCompatibility(proposal.leafNode, { extensions });
    await validateRenewal(env, tree, before, proposal.leafNode);
    tree = tree.update(leafIndex, proposal.leafNode);
    if (leafIndex === ownLeaf) ownKeys = keys;
  }
  return { tree, ...(ownKeys && { ownKeys }) };
}

async function applyAdds(
  env: Environment,
  start: RatchetTree,
  extensions: readonly Extension[],
  list: readonly ListedProposal[],
): Promise<{ tree: RatchetTree; added: Newcomer[] }> {
  let tree = start;
  const added: Newcomer[] = [];
  const initKeys = new Set<string>();
  for (const { proposal } of ofKind(list, 'add')) {
    const { keyPackage } = proposal;
    const { leafNode, initKey } = keyPackage;
    await validateKeyPackage(env, keyPackage);
    validateCompatibility(leafNode, { extensions });
    demand('leaf-key-unique', !tree.hasEncryptionKey(leafNode.encryptionKey));
    demand('leaf-signature-key-unique', !tree.hasSignatureKey(leafNode.signatureKey));
    const isNew = (key: Uint8Array): boolean =>
      !tree.hasEncryptionKey(key) && !initKeys.has(textOf(key));
    demand('add-duplicate', isNew(initKey) && isNew(leafNode.encryptionKey));
    initKeys.add(textOf(initKey));
    const next = tree.add(leafNode);
    tree = next.tree;
    added.push({ leafIndex: next.leafIndex, keyPackage });
  }
  return { tree, added };
}

/** @throws MlsError with the rule that a proposal violates */
export async function applyProposals(
  env: Environment,
  group: Group,
  list: readonly ListedProposal[],
): Promise<Applied> {
  const changed = ofKind(list, 'groupContextExtensions')[0];
  const extensions = changed?.proposal.extensions ?? group.context.extensions;
  const updated = await applyUpdates(env, group, group.tree, extensions, list);
  const removed = ofKind(list, 'remove').map(({ proposal }) => proposal.removed);
  const shorter = removed.reduce((tree, leaf) => tree.remove(leaf), updated.tree);
  const { tree, added } = await applyAdds(env, shorter, extensions, list);
  if (changed !== undefined) await validateExtensions(env, tree, extensions);
  validateCredentialTypes(tree);
  const reinit = ofKind(list, 'reinit')[0]?.proposal;
  return {
    tree,
    extensions,
    added,
    removed,
    psks: ofKind(list, 'psk').map(({ proposal }) => proposal.psk),
    ...(reinit && { reinit }),
    ...(updated.ownKeys && { ownKeys: updated.ownKeys }),
  };
}
