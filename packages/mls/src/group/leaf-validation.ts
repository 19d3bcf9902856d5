/** Leaf node validation (RFC 9420 section 7.3), demand by demand. */
import { demand } from '../mls-error.ts';
import { type GroupContext, MLS_10 } from '../schedule/group-context.ts';
import { areDistinct, type Extension, isDefaultExtension, requiredOf } from '../tree/extension.ts';
import { isSignedLeafNode, type LeafNode } from '../tree/leaf-node.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { allSupport, traits } from '../tree/traits.ts';
import { type Environment, verdict } from './environment.ts';
import { isDefaultProposal } from './proposal.ts';

export type LeafSource = LeafNode['source']['kind'];

/** What a leaf node must satisfy wherever it stands: its form, its signature and its credential. */
export async function validateLeaf(
  env: Environment,
  leaf: LeafNode,
  source: LeafSource,
  place: { readonly groupId: Uint8Array; readonly leafIndex: number },
): Promise<void> {
  const { capabilities, credential, extensions } = leaf;
  demand('leaf-source', leaf.source.kind === source);
  demand('leaf-version', capabilities.versions.includes(MLS_10));
  demand('leaf-suite', capabilities.cipherSuites.includes(env.suite.id));
  demand('leaf-own-credential-type', capabilities.credentials.includes(credential.credentialType));
  demand('leaf-extensions-distinct', areDistinct(extensions));
  demand('leaf-own-extensions', supportsExtensions(leaf, extensions));
  demand('leaf-signature', await isSignedLeafNode(env.suite, leaf, place));
  const accepted = await verdict(() => env.authority.accepts(credential, leaf.signatureKey));
  demand('leaf-credential', accepted);
}

/** Of a leaf node that comes by a KeyPackage. */
export function validateLifetime({ now }: Environment, leaf: LeafNode): void {
  if (now === null || leaf.source.kind !== 'keyPackage') return;
  const { notBefore, notAfter } = leaf.source.lifetime;
  const seconds = BigInt(Math.floor(now));
  demand('leaf-lifetime', notBefore <= seconds && seconds <= notAfter);
}

export function supportsExtensions(leaf: LeafNode, extensions: readonly Extension[]): boolean {
  const supported = new Set(leaf.capabilities.extensions);
  return extensions.every(
    ({ extensionType: type }) => isDefaultExtension(type) || supported.has(type),
  );
}

/** Whether a leaf node suits the parameters of a group. */
export function validateCompatibility(
  leaf: LeafNode,
  { extensions }: Pick<GroupContext, 'extensions'>,
): void {
  demand('leaf-group-extensions', supportsExtensions(leaf, extensions));
  const required = requiredOf(extensions);
  if (required === undefined) return;
  const { capabilities } = leaf;
  const listed =
    required.extensions.every(
      (type) => isDefaultExtension(type) || capabilities.extensions.includes(type),
    ) &&
    required.proposals.every(
      (type) => isDefaultProposal(type) || capabilities.proposals.includes(type),
    ) &&
    required.credentials.every((type) => capabilities.credentials.includes(type));
  demand('leaf-required-capabilities', listed);
}

/** Every member supports every credential type that is in use. Asked of a tree after a change. */
export function validateCredentialTypes({ root }: RatchetTree): void {
  const types = traits(root).credentialTypes;
  for (const type of types) demand('leaf-credential-type', allSupport(root, 'credentials', type));
}
