/** Entering a group: founding one, by Welcome (RFC 9420 section 12.4.3.1), and by a branch's (section 11.3). */
import type { ClientState } from 'ts-mls/clientState.js';
import { createGroup } from 'ts-mls/clientState.js';
import type { PreSharedKeyID } from 'ts-mls/presharedkey.js';
import type { ProposalPSK } from 'ts-mls/proposal.js';
import { emptyPskIndex } from 'ts-mls/pskIndex.js';
import { decodeWelcome, type Welcome, welcomeEncoder } from 'ts-mls/welcome.js';
import { type Codec, decodeExactly, sameBytes } from './codec.ts';
import type { OwnKeyPackage } from './engine.ts';
import { readOwnKeyPackage } from './key-package.ts';
import type { Judges } from './key-package-check.ts';
import { MAX_MEMBERS, MAX_WELCOME } from './limits.ts';
import { attempt, MlsError } from './mls-error.ts';
import { clientConfig, pathKeysMatch } from './state.ts';
import { SUITE } from './suite.ts';
import { membersOf } from './tree-view.ts';
import { joinByWelcome } from './welcome-join.ts';

const welcomeCodec: Codec<Welcome> = { encode: welcomeEncoder, decode: decodeWelcome };

/** The state of a group of one. */
export async function found(
  judges: Judges,
  groupId: Uint8Array,
  own: OwnKeyPackage,
): Promise<ClientState> {
  const { publicPart, secrets } = await readOwnKeyPackage(judges.suite, own);
  return attempt('invalid-argument', () =>
    createGroup(groupId.slice(), publicPart, secrets, [], judges.suite, clientConfig(judges)),
  );
}

/** The proposal, and the key behind it, by which a branch proves that its maker stood in `parent`. */
export function branchProof({ suite }: Judges, parent: ClientState) {
  const { groupId, epoch } = parent.groupContext;
  const preSharedKeyId: PreSharedKeyID = {
    psktype: 'resumption',
    usage: 'branch',
    pskGroupId: groupId,
    pskEpoch: epoch,
    pskNonce: suite.rng.randomBytes(suite.kdf.size),
  };
  const proposal: ProposalPSK = { proposalType: 'psk', psk: { preSharedKeyId } };
  return { proposal, pskIndex: { findPsk: () => parent.keySchedule.resumptionPsk } };
}

function provesBranch(id: PreSharedKeyID, parent: ClientState): boolean {
  return (
    id.psktype === 'resumption' &&
    id.usage === 'branch' &&
    id.pskEpoch === parent.groupContext.epoch &&
    sameBytes(id.pskGroupId, parent.groupContext.groupId)
  );
}

/**
 * The state that a Welcome leads to: of a branch of `parent` if that is given, else of a group without PSK.
 * @throws MlsError `malformed`, `not-a-member` if it is for others, `unknown-credential`, `group-full`,
 *   `invalid-welcome`
 */
export async function enter(
  judges: Judges,
  bytes: Uint8Array,
  own: OwnKeyPackage,
  parent?: ClientState,
): Promise<ClientState> {
  const { suite } = judges;
  const welcome = decodeExactly(welcomeCodec, bytes, MAX_WELCOME);
  if (welcome.cipherSuite !== SUITE) throw new MlsError('invalid-welcome', 'of another suite');
  const { publicPart, secrets } = await readOwnKeyPackage(suite, own);
  if (!welcome.secrets.some(({ newMember }) => sameBytes(newMember, own.ref))) {
    throw new MlsError('not-a-member', 'the Welcome is for other KeyPackages');
  }
  let proven = 0;
  const pskIndex =
    parent === undefined
      ? emptyPskIndex
      : {
          findPsk(id: PreSharedKeyID) {
            if (!provesBranch(id, parent)) return undefined;
            proven += 1;
            return parent.keySchedule.resumptionPsk;
          },
        };
  const state = await attempt('invalid-welcome', () =>
    joinByWelcome(judges, welcome, publicPart, secrets, pskIndex),
  );
  if (parent !== undefined && proven !== 1) {
    throw new MlsError('invalid-welcome', 'not a branch of this epoch');
  }
  if (membersOf(state.ratchetTree).length > MAX_MEMBERS) throw new MlsError('group-full');
  if (state.groupContext.extensions.length > 0) {
    throw new MlsError('invalid-welcome', 'a group with extensions');
  }
  if (!(await attempt('invalid-welcome', () => pathKeysMatch(suite, state)))) {
    throw new MlsError('invalid-welcome', 'a path key is not that of its secret');
  }
  return state;
}
