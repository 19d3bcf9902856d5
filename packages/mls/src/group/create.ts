/** Creating a group of one (RFC 9420 section 11). */
import { EMPTY } from '@polynya/crypto/bytes';
import { demand } from '../mls-error.ts';
import { MLS_10 } from '../schedule/group-context.ts';
import { fromEpochSecret } from '../schedule/key-schedule.ts';
import { confirmationTag, interimTranscriptHash } from '../schedule/transcript.ts';
import { areDistinct, type Extension } from '../tree/extension.ts';
import { RatchetTree } from '../tree/ratchet-tree.ts';
import { slot } from '../tree/subtree.ts';
import { treeHash } from '../tree/tree-hash.ts';
import type { Environment } from './environment.ts';
import { stateOfEpoch } from './epoch.ts';
import { validateKeyPackage } from './key-package-validation.ts';
import { validateCompatibility } from './leaf-validation.ts';
import type { OwnKeyPackage } from './own-key-package.ts';
import type { GroupState } from './state.ts';

/** The group at epoch 0, its founder in leaf 0. */
export async function createGroup(
  env: Environment,
  groupId: Uint8Array,
  own: OwnKeyPackage,
  extensions: readonly Extension[] = [],
): Promise<GroupState> {
  const { suite } = env;
  const { leafNode } = own.keyPackage;
  await validateKeyPackage(env, own.keyPackage);
  demand('group-extensions-distinct', areDistinct(extensions));
  validateCompatibility(leafNode, { extensions });
  const tree = RatchetTree.of(slot(0, leafNode));
  const context = {
    version: MLS_10,
    cipherSuite: suite.id,
    groupId: groupId.slice(),
    epoch: 0n,
    treeHash: treeHash(suite, tree.root),
    confirmedTranscriptHash: EMPTY,
    extensions,
  };
  const secrets = fromEpochSecret(suite, env.random(suite.hash.size));
  const tag = confirmationTag(suite, secrets.confirmationKey, EMPTY);
  const interim = interimTranscriptHash(suite, EMPTY, tag);
  const derived = { context, secrets, confirmationTag: tag, interimTranscriptHash: interim };
  return {
    ...stateOfEpoch(derived, tree),
    ownLeaf: 0,
    signaturePrivateKey: own.signaturePrivateKey,
    privatePath: new Map([[0, own.leaf]]),
    past: [],
  };
}
