/**
 * Groups that go on where another ended or parted: after a ReInit (RFC 9420 section 11.2), or as a branch of some of
 * the members (section 11.3). A resumption key proves that both sides stood in the former group's epoch.
 */

import { sameBytes } from '@polynya/crypto/bytes';
import { encode, vector } from '../codec/codec.ts';
import { demand, MlsError, violated, within } from '../mls-error.ts';
import { MLS_10 } from '../schedule/group-context.ts';
import type { PreSharedKeyId } from '../schedule/psk.ts';
import { type Extension, extension } from '../tree/extension.ts';
import { createGroup } from './create.ts';
import type { Environment } from './environment.ts';
import type { GroupInfo } from './group-info.ts';
import { type JoinOptions, joinGroup } from './join.ts';
import type { KeyPackage } from './key-package.ts';
import { makeCommit } from './make-commit.ts';
import type { OwnKeyPackage } from './own-key-package.ts';
import type { GroupState } from './state.ts';
import type { Welcome } from './welcome.ts';

export type Succession = 'reinit' | 'branch';

export interface SuccessorMade {
  readonly state: GroupState;
  readonly welcome: Welcome;
}

const encodeExtensions = (extensions: readonly Extension[]) =>
  encode(vector(extension), extensions);

/** What a successor of `parent` has to be like. A branch keeps suite and extensions; its id is its maker's to choose. */
function parameters(parent: GroupState, usage: Succession) {
  const { cipherSuite, version, extensions } = parent.context;
  if (usage === 'branch') return { cipherSuite, version, extensions };
  if (parent.reinit === undefined) throw violated('successor-parameters');
  return parent.reinit;
}

/**
 * The new group at epoch 1, with the owners of `keyPackages`. After a ReInit, `env` has the suite that it named; its
 * group id is taken and `groupId` not looked at.
 */
export async function makeSuccessor(
  env: Environment,
  parent: GroupState,
  usage: Succession,
  groupId: Uint8Array,
  own: OwnKeyPackage,
  keyPackages: readonly KeyPackage[],
): Promise<SuccessorMade> {
  const { cipherSuite, extensions } = parameters(parent, usage);
  demand('successor-parameters', cipherSuite === env.suite.id);
  const id = parent.reinit?.groupId ?? groupId;
  const root = await createGroup(env, id, own, extensions);
  const psk: PreSharedKeyId = {
    kind: 'resumption',
    usage,
    pskGroupId: parent.context.groupId,
    pskEpoch: parent.context.epoch,
    pskNonce: env.random(env.suite.hash.size),
  };
  const knowing = { ...env, psk: () => parent.resumptionPsk };
  const adds = keyPackages.map((keyPackage) => ({ kind: 'add', keyPackage }) as const);
  const { staged, welcome } = await makeCommit(knowing, root, {
    proposals: [...adds, { kind: 'psk', psk }],
  });
  if (welcome === null) throw new MlsError('invalid-argument', 'a successor of nobody else');
  return { state: { ...staged, past: [] }, welcome };
}

/** Section 11.2 and 11.3: epoch 1, the parameters agreed on, and proven by one resumption key of `parent`. */
function judge(parent: GroupState, usage: Succession): NonNullable<JoinOptions['judge']> {
  return (psks: readonly PreSharedKeyId[], { groupContext }: GroupInfo): void => {
    const resuming = psks.filter((id) => id.kind === 'resumption' && id.usage !== 'application');
    const [proof, ...others] = resuming;
    const proven =
      proof?.kind === 'resumption' &&
      others.length === 0 &&
      proof.usage === usage &&
      proof.pskEpoch === parent.context.epoch &&
      sameBytes(proof.pskGroupId, parent.context.groupId);
    demand('psk-usage', proven);
    demand('successor-epoch', groupContext.epoch === 1n);
    const { cipherSuite, extensions } = parameters(parent, usage);
    const asAgreed =
      groupContext.version === MLS_10 &&
      groupContext.cipherSuite === cipherSuite &&
      sameBytes(encodeExtensions(groupContext.extensions), encodeExtensions(extensions)) &&
      (parent.reinit === undefined || sameBytes(groupContext.groupId, parent.reinit.groupId));
    demand('successor-parameters', asAgreed);
  };
}

/**
 * Joins a successor of `parent`; whether its members are the right ones is the caller's to see.
 * @throws MlsError `invalid-welcome` for a Welcome that does not prove to be one
 */
export function joinSuccessor(
  env: Environment,
  parent: GroupState,
  usage: Succession,
  welcome: Welcome,
  own: OwnKeyPackage,
): Promise<GroupState> {
  return within('invalid-welcome', () =>
    joinGroup(env, welcome, own, { epochs: [parent], judge: judge(parent, usage) }),
  );
}
