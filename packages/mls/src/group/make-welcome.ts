/** Welcoming those whom a Commit adds (RFC 9420 section 12.4.3.1), and GroupInfos for whoever is to come. */
import { encode, opaque } from '../codec/codec.ts';
import { externalKeyPair } from '../schedule/key-schedule.ts';
import { EXTENSION, type Extension } from '../tree/extension.ts';
import { holds } from '../tree/subtree.ts';
import { ratchetTree } from '../tree/wire-tree.ts';
import type { Applied } from './apply-proposals.ts';
import type { Environment } from './environment.ts';
import type { DerivedEpoch } from './epoch.ts';
import { type GroupInfo, groupInfo, signGroupInfo } from './group-info.ts';
import { keyPackageRef } from './key-package.ts';
import type { GroupState } from './state.ts';
import {
  type EncryptedGroupSecrets,
  groupSecretsSealer,
  sealGroupInfo,
  type Welcome,
} from './welcome.ts';

export interface GroupInfoOptions {
  readonly withTree?: boolean;
  /** Lets whoever holds it join by an external Commit (section 12.4.3.2). */
  readonly withExternalPub?: boolean;
}

/** Signed by this member, for its epoch. */
export async function makeGroupInfo(
  { suite }: Environment,
  state: GroupState,
  { withTree = false, withExternalPub = false }: GroupInfoOptions,
): Promise<GroupInfo> {
  const extensions: Extension[] = [];
  if (withTree) {
    extensions.push({
      extensionType: EXTENSION.ratchetTree,
      extensionData: encode(ratchetTree, state.tree),
    });
  }
  if (withExternalPub) {
    const { publicKey } = await externalKeyPair(suite, state.secrets.externalSecret);
    extensions.push({
      extensionType: EXTENSION.externalPub,
      extensionData: encode(opaque, publicKey),
    });
  }
  return signGroupInfo(suite, state.signaturePrivateKey, {
    groupContext: state.context,
    extensions,
    confirmationTag: state.confirmationTag,
    signer: state.ownLeaf,
  });
}

/** `pathSecrets` by the index of the node, where the Commit has a path. null: nobody was added. */
export async function makeWelcome(
  env: Environment,
  staged: GroupState,
  { joinerSecret, welcomeSecret }: DerivedEpoch,
  { added, psks }: Applied,
  pathSecrets: ReadonlyMap<number, Uint8Array> | undefined,
  withTree: boolean,
): Promise<Welcome | null> {
  if (added.length === 0) return null;
  const { suite, random } = env;
  const info = encode(groupInfo, await makeGroupInfo(env, staged, { withTree }));
  const encryptedGroupInfo = await sealGroupInfo(suite, welcomeSecret, info);
  const above = staged.tree.directPath(staged.ownLeaf);
  const seal = groupSecretsSealer(suite, encryptedGroupInfo);
  const secrets: EncryptedGroupSecrets[] = [];
  for (const { leafIndex, keyPackage } of added) {
    const ancestor = above.find((node) => holds(node, leafIndex));
    const pathSecret = ancestor && pathSecrets?.get(ancestor.index);
    const plaintext = { joinerSecret, pathSecret: pathSecret ? { pathSecret } : null, psks };
    const to = { newMember: keyPackageRef(suite, keyPackage), initKey: keyPackage.initKey };
    secrets.push(await seal(to, plaintext, random));
  }
  return { cipherSuite: suite.id, secrets, encryptedGroupInfo };
}
