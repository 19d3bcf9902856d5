/** Joining by a Welcome (RFC 9420 section 12.4.3.1), step by step as the RFC has them. */
import { erase, sameBytes, sameSecret } from '@polynya/crypto/bytes';
import { decode, encode } from '../codec/codec.ts';
import { demand, MlsError, violated, within } from '../mls-error.ts';
import { MLS_10 } from '../schedule/group-context.ts';
import { epochSecrets, welcomeSecret } from '../schedule/key-schedule.ts';
import type { PreSharedKeyId } from '../schedule/psk.ts';
import { confirmationTag, interimTranscriptHash } from '../schedule/transcript.ts';
import { areDistinct, EXTENSION, findExtension } from '../tree/extension.ts';
import { leafNode } from '../tree/leaf-node.ts';
import { keysAbove, type PrivatePath } from '../tree/private-path.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { holds } from '../tree/subtree.ts';
import { ratchetTree } from '../tree/wire-tree.ts';
import type { Environment } from './environment.ts';
import { stateOfEpoch } from './epoch.ts';
import { type GroupInfo, groupInfo, isSignedGroupInfo } from './group-info.ts';
import { keyPackageRef } from './key-package.ts';
import type { OwnKeyPackage } from './own-key-package.ts';
import { findPskSecret } from './pre-shared-keys.ts';
import type { EpochKeys, GroupState } from './state.ts';
import { validateTree } from './tree-validation.ts';
import { openGroupInfo, openGroupSecrets, type Welcome } from './welcome.ts';

export interface JoinOptions {
  /** Where the Welcome does not carry it. */
  readonly tree?: RatchetTree;
  /** Epochs whose resumption keys the Welcome may name: of the group of which this one is the successor. */
  readonly epochs?: readonly Pick<EpochKeys, 'context' | 'resumptionPsk'>[];
  /** Judges what the Welcome proves to know. @throws MlsError */
  readonly judge?: (psks: readonly PreSharedKeyId[], info: GroupInfo, tree: RatchetTree) => void;
}

/** Judges that the group is nobody's successor: one says so by `joinSuccessor`. */
function isFirst(psks: readonly PreSharedKeyId[]): void {
  const resumes = (id: PreSharedKeyId) => id.kind === 'resumption' && id.usage !== 'application';
  demand('psk-usage', !psks.some(resumes));
}

/** @throws MlsError `not-a-member` if the Welcome is for others, `cannot-open`, `invalid-welcome` */
export function joinGroup(
  env: Environment,
  welcome: Welcome,
  own: OwnKeyPackage,
  options: JoinOptions = {},
): Promise<GroupState> {
  return within('invalid-welcome', () => joined(env, welcome, own, options));
}

/** Signature, extensions and tree of a GroupInfo that somebody was given. */
export async function verifyGroupInfo(
  env: Environment,
  info: GroupInfo,
  given: RatchetTree | undefined,
): Promise<RatchetTree> {
  const { groupContext, extensions, signer } = info;
  demand('welcome-suite', groupContext.cipherSuite === env.suite.id);
  demand('welcome-suite', groupContext.version === MLS_10);
  demand('group-info-extensions-distinct', areDistinct(extensions));
  demand('group-extensions-distinct', areDistinct(groupContext.extensions));
  const inside = findExtension(extensions, EXTENSION.ratchetTree);
  const tree = given ?? (inside && decode(ratchetTree, inside));
  if (tree === undefined) throw violated('tree-missing');
  const leaf = tree.leaf(signer);
  if (leaf === null) throw violated('group-info-signer');
  demand('group-info-signature', await isSignedGroupInfo(env.suite, leaf.signatureKey, info));
  await validateTree(env, tree, groupContext);
  return tree;
}

function ownLeafIn(tree: RatchetTree, own: OwnKeyPackage): number {
  const encoded = encode(leafNode, own.keyPackage.leafNode);
  for (const { leafIndex, leaf } of tree.members()) {
    if (sameBytes(leaf.signature, own.keyPackage.leafNode.signature)) {
      demand('own-leaf-missing', sameBytes(encode(leafNode, leaf), encoded));
      return leafIndex;
    }
  }
  throw violated('own-leaf-missing');
}

async function privatePathOf(
  env: Environment,
  tree: RatchetTree,
  signer: number,
  own: { readonly leafIndex: number; readonly keys: OwnKeyPackage },
  pathSecret: Uint8Array | undefined,
): Promise<PrivatePath> {
  const leaf = [2 * own.leafIndex, own.keys.leaf] as const;
  if (pathSecret === undefined) return new Map([leaf]);
  const ancestor = tree.directPath(signer).find((node) => holds(node, own.leafIndex));
  if (ancestor === undefined) throw violated('path-secret-place');
  const above = await keysAbove(env.suite, tree, signer, ancestor.index, pathSecret);
  erase(above.commitSecret);
  return new Map([...above.keys, leaf]);
}

async function joined(
  env: Environment,
  welcome: Welcome,
  own: OwnKeyPackage,
  { tree: given, epochs = [], judge = isFirst }: JoinOptions,
): Promise<GroupState> {
  const { suite } = env;
  demand('welcome-suite', welcome.cipherSuite === own.keyPackage.cipherSuite);
  demand('welcome-suite', welcome.cipherSuite === suite.id);
  const reference = keyPackageRef(suite, own.keyPackage);
  const mine = welcome.secrets.find(({ newMember }) => sameBytes(newMember, reference));
  if (mine === undefined)
    throw new MlsError('not-a-member', 'the Welcome is for other KeyPackages');
  const { joinerSecret, pathSecret, psks } = await openGroupSecrets(suite, own.init, welcome, mine);
  for (const { pskNonce } of psks) demand('psk-nonce', pskNonce.length === suite.hash.size);
  const pskSecret = await findPskSecret(env, epochs, psks);
  const sealing = welcomeSecret(suite, joinerSecret, pskSecret);
  const opened = await openGroupInfo(suite, sealing, welcome);
  const info = decode(groupInfo, opened);
  const tree = await verifyGroupInfo(env, info, given);
  judge(psks, info, tree);

  const leafIndex = ownLeafIn(tree, own);
  const keys = { leafIndex, keys: own };
  const privatePath = await privatePathOf(env, tree, info.signer, keys, pathSecret?.pathSecret);
  const context = info.groupContext;
  const secrets = epochSecrets(suite, joinerSecret, pskSecret, context);
  const tag = confirmationTag(suite, secrets.confirmationKey, context.confirmedTranscriptHash);
  demand('confirmation-tag', sameSecret(tag, info.confirmationTag));
  const interim = interimTranscriptHash(suite, context.confirmedTranscriptHash, tag);
  const derived = { context, secrets, confirmationTag: tag, interimTranscriptHash: interim };
  erase(joinerSecret, pskSecret, sealing);
  return {
    ...stateOfEpoch(derived, tree),
    ownLeaf: leafIndex,
    signaturePrivateKey: own.signaturePrivateKey,
    privatePath,
    past: [],
  };
}
