/** Joining without being asked, by an external Commit (RFC 9420 section 12.4.3.2), or coming back by one (resync). */
import { EMPTY, erase, utf8 } from '@polynya/crypto/bytes';
import { sendExport } from '@polynya/crypto/hpke';
import { decode, encode, opaque } from '../codec/codec.ts';
import { signContent } from '../framing/framed-content.ts';
import type { MlsMessage } from '../framing/mls-message.ts';
import { attempt, violated, within } from '../mls-error.ts';
import { groupContext } from '../schedule/group-context.ts';
import { EXTERNAL_INIT } from '../schedule/key-schedule.ts';
import { interimTranscriptHash } from '../schedule/transcript.ts';
import { EXTENSION, findExtension } from '../tree/extension.ts';
import { type LeafNode, signLeafNode } from '../tree/leaf-node.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { newPath } from '../tree/tree-kem.ts';
import { applyProposals } from './apply-proposals.ts';
import type { Environment } from './environment.ts';
import { deriveEpoch, provisionalContext, stateOfEpoch } from './epoch.ts';
import type { GroupInfo } from './group-info.ts';
import { verifyGroupInfo } from './join.ts';
import { validateCompatibility } from './leaf-validation.ts';
import type { OwnKeyPackage } from './own-key-package.ts';
import { findPskSecret } from './pre-shared-keys.ts';
import type { Proposal } from './proposal.ts';
import { validateExternalList } from './proposal-list.ts';
import type { GroupState } from './state.ts';

export interface ExternalCommitOptions {
  /** Where the GroupInfo does not carry it. */
  readonly tree?: RatchetTree;
  /** The own leaf that this one replaces: what a device does that lost its state. */
  readonly resync?: number;
  /** Of kind `psk`. */
  readonly psks?: readonly Proposal[];
  readonly authenticatedData?: Uint8Array;
}

export interface ExternalCommitMade {
  /** A PublicMessage: the newcomer has no key of the epoch to seal one under. */
  readonly message: MlsMessage;
  readonly staged: GroupState;
}

/** Of `own`, only the leaf node's description and the signature key are used: the leaf's keys are new. */
export function makeExternalCommit(
  env: Environment,
  info: GroupInfo,
  own: OwnKeyPackage,
  options: ExternalCommitOptions = {},
): Promise<ExternalCommitMade> {
  return within('invalid-commit', () => made(env, info, own, options));
}

async function made(
  env: Environment,
  info: GroupInfo,
  own: OwnKeyPackage,
  { tree: given, resync, psks = [], authenticatedData = EMPTY }: ExternalCommitOptions,
): Promise<ExternalCommitMade> {
  const { suite, random } = env;
  const tree = await verifyGroupInfo(env, info, given);
  const context = info.groupContext;
  const sealedKey = findExtension(info.extensions, EXTENSION.externalPub);
  if (sealedKey === undefined) throw violated('group-info-external-pub');
  const label = utf8(EXTERNAL_INIT);
  const externalPub = decode(opaque, sealedKey);
  const init = await attempt('cannot-open', () =>
    sendExport(suite, externalPub, label, suite.hash.size, random),
  );

  const list: Proposal[] = [
    { kind: 'externalInit', kemOutput: init.enc },
    ...(resync === undefined ? [] : [{ kind: 'remove', removed: resync } as const]),
    ...psks,
  ];
  const proposals = list.map((proposal) => ({ by: 'value', proposal }) as const);
  const sender = { kind: 'newMemberCommit' } as const;
  const listed = list.map((proposal) => ({ sender, proposal }));
  validateExternalList(env, { tree }, proposals, listed);
  const applied = await applyProposals(env, { tree, context, ownLeaf: -1 }, listed);
  const { leafNode: described } = own.keyPackage;
  validateCompatibility(described, context);
  const { tree: entered, leafIndex } = applied.tree.add(described);
  const makeLeaf = (encryptionKey: Uint8Array, parentHash: Uint8Array): Promise<LeafNode> => {
    const unsigned = {
      ...described,
      encryptionKey,
      source: { kind: 'commit', parentHash },
    } as const;
    const place = { groupId: context.groupId, leafIndex };
    return signLeafNode(suite, own.signaturePrivateKey, unsigned, place);
  };
  const path = await newPath(suite, entered, leafIndex, makeLeaf, random);
  const provisional = provisionalContext(suite, { context }, path.tree, applied.extensions);
  const updatePath = await path.encrypt(encode(groupContext, provisional), new Set());

  const { groupId, epoch } = context;
  const body = { kind: 'commit', commit: { proposals, path: updatePath } } as const;
  const content = { groupId, epoch, sender, authenticatedData, body };
  const wireFormat = 'publicMessage';
  const signature = await signContent(suite, own.signaturePrivateKey, wireFormat, content, context);
  const pskSecret = await findPskSecret(env, [], applied.psks);
  const interim = interimTranscriptHash(
    suite,
    context.confirmedTranscriptHash,
    info.confirmationTag,
  );
  const before = { interimTranscriptHash: interim, initSecret: init.exported };
  const unconfirmed = { wireFormat, content, signature } as const;
  const next = deriveEpoch(suite, before, provisional, unconfirmed, path.commitSecret, pskSecret);
  const { confirmationTag } = next;
  erase(path.commitSecret, pskSecret, init.exported, next.joinerSecret, next.welcomeSecret);
  erase(...path.pathSecrets.values());
  return {
    message: {
      format: 'publicMessage',
      publicMessage: { ...unconfirmed, confirmationTag, membershipTag: null },
    },
    staged: {
      ...stateOfEpoch(next, path.tree),
      ownLeaf: leafIndex,
      signaturePrivateKey: own.signaturePrivateKey,
      privatePath: path.privatePath,
      past: [],
    },
  };
}
