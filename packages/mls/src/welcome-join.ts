/**
 * The state that a Welcome leads to (RFC 9420 section 12.4.3.1), step by step from the library's parts, because its
 * own way refuses good ratchet trees (see received-tree.ts).
 */
import type { ClientState } from 'ts-mls/clientState.js';
import {
  ratchetTreeFromExtension,
  verifyGroupInfoConfirmationTag,
  verifyGroupInfoSignature,
} from 'ts-mls/groupInfo.js';
import type { KeyPackage, PrivateKeyPackage } from 'ts-mls/keyPackage.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { deriveKeySchedule } from 'ts-mls/keySchedule.js';
import { pathToRoot } from 'ts-mls/pathSecrets.js';
import { mergePrivateKeyPaths, toPrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { accumulatePskSecret, type PskIndex } from 'ts-mls/pskIndex.js';
import { findLeafIndex } from 'ts-mls/ratchetTree.js';
import { createSecretTree } from 'ts-mls/secretTree.js';
import { leafToNodeIndex, leafWidth, toLeafIndex } from 'ts-mls/treemath.js';
import { firstCommonAncestor } from 'ts-mls/updatePath.js';
import { decryptGroupInfo, decryptGroupSecrets, type Welcome } from 'ts-mls/welcome.js';
import type { Judges } from './key-package-check.ts';
import { MlsError } from './mls-error.ts';
import { checkReceivedTree } from './received-tree.ts';
import { clientConfig } from './state.ts';

/** @throws MlsError, or what the library throws */
export async function joinByWelcome(
  judges: Judges,
  welcome: Welcome,
  keyPackage: KeyPackage,
  secrets: PrivateKeyPackage,
  psks: PskIndex,
): Promise<ClientState> {
  const { suite } = judges;
  const initKey = await suite.hpke.importPrivateKey(secrets.initPrivateKey);
  const ref = await makeKeyPackageRef(keyPackage, suite.hash);
  const found = await decryptGroupSecrets(initKey, ref, welcome, suite.hpke);
  if (found === undefined) throw bad('no group secrets');
  const { joinerSecret, pathSecret } = found;
  const zeroes = new Uint8Array(suite.kdf.size);
  const [pskSecret, pskIds] = await accumulatePskSecret(found.psks, psks, suite, zeroes);
  const info = await decryptGroupInfo(welcome, joinerSecret, pskSecret, suite);
  if (info === undefined) throw bad('no group info');
  const { groupContext } = info;
  if (groupContext.cipherSuite !== keyPackage.cipherSuite) throw bad('of another suite');
  if (pskIds.length > 0 && groupContext.epoch !== 1n) throw bad('a branch begins at epoch 1');
  const tree = ratchetTreeFromExtension(info);
  const signer = toLeafIndex(info.signer);
  const signerNode = tree?.[leafToNodeIndex(signer)];
  if (tree === undefined || signerNode?.nodeType !== 'leaf')
    throw bad('no tree, or no signer in it');
  const { signaturePublicKey } = signerNode.leaf;
  if (!(await verifyGroupInfoSignature(info, signaturePublicKey, suite.signature))) {
    throw bad('the group info is not signed by its signer');
  }
  await checkReceivedTree(judges, tree, groupContext);
  const leafIndex = findLeafIndex(tree, keyPackage.leafNode);
  if (leafIndex === undefined) throw bad('no leaf of ours');
  const own = {
    leafIndex,
    privateKeys: { [leafToNodeIndex(leafIndex)]: secrets.hpkePrivateKey },
  };
  const ancestor = firstCommonAncestor(tree, leafIndex, signer);
  const privatePath =
    pathSecret === undefined
      ? own
      : mergePrivateKeyPaths(
          await toPrivateKeyPath(
            await pathToRoot(tree, ancestor, pathSecret, suite.kdf),
            leafIndex,
            suite,
          ),
          own,
        );
  const [keySchedule, encryptionSecret] = await deriveKeySchedule(
    joinerSecret,
    pskSecret,
    groupContext,
    suite.kdf,
  );
  if (!(await verifyGroupInfoConfirmationTag(info, joinerSecret, pskSecret, suite))) {
    throw bad('the confirmation tag is wrong');
  }
  const secretTree = await createSecretTree(leafWidth(tree.length), encryptionSecret, suite.kdf);
  for (const secret of [encryptionSecret, joinerSecret]) secret.fill(0);
  return {
    groupContext,
    ratchetTree: tree,
    privatePath,
    signaturePrivateKey: secrets.signaturePrivateKey,
    confirmationTag: info.confirmationTag,
    unappliedProposals: {},
    keySchedule,
    secretTree,
    historicalReceiverData: new Map(),
    groupActiveState: { kind: 'active' },
    clientConfig: clientConfig(judges),
  };
}

function bad(why: string): MlsError {
  return new MlsError('invalid-welcome', why);
}
