/** From a Commit to the next epoch (RFC 9420 sections 8 and 12.4). */
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import type { SignedContent } from '../framing/framed-content.ts';
import { violated } from '../mls-error.ts';
import type { GroupContext } from '../schedule/group-context.ts';
import {
  type EpochSecrets,
  epochSecrets,
  joinerSecret,
  welcomeSecret,
} from '../schedule/key-schedule.ts';
import {
  confirmationTag,
  confirmedTranscriptHash,
  interimTranscriptHash,
} from '../schedule/transcript.ts';
import type { Extension } from '../tree/extension.ts';
import type { RatchetTree } from '../tree/ratchet-tree.ts';
import { treeHash } from '../tree/tree-hash.ts';
import type { Environment } from './environment.ts';
import type { GroupState, PastEpoch } from './state.ts';

const LAST_EPOCH = 2n ** 64n - 1n;

/** The context to which a path is encrypted: the next one, but for the transcript (section 12.4.1). */
export function provisionalContext(
  suite: CipherSuite,
  { context }: Pick<GroupState, 'context'>,
  tree: RatchetTree,
  extensions: readonly Extension[],
): GroupContext {
  if (context.epoch === LAST_EPOCH) throw violated('epoch-exhausted');
  return {
    ...context,
    epoch: context.epoch + 1n,
    treeHash: treeHash(suite, tree.root),
    extensions,
  };
}

export interface DerivedEpoch {
  readonly context: GroupContext;
  readonly secrets: EpochSecrets;
  readonly joinerSecret: Uint8Array;
  readonly welcomeSecret: Uint8Array;
  readonly confirmationTag: Uint8Array;
  readonly interimTranscriptHash: Uint8Array;
}

/** `commit` is signed, its confirmation tag not needed. */
export function deriveEpoch(
  suite: CipherSuite,
  before: { readonly interimTranscriptHash: Uint8Array; readonly initSecret: Uint8Array },
  provisional: GroupContext,
  commit: Omit<SignedContent, 'confirmationTag'>,
  commitSecret: Uint8Array,
  pskSecret: Uint8Array,
): DerivedEpoch {
  const confirmed = confirmedTranscriptHash(suite, before.interimTranscriptHash, commit);
  const context = { ...provisional, confirmedTranscriptHash: confirmed };
  const joiner = joinerSecret(suite, before.initSecret, commitSecret, context);
  const secrets = epochSecrets(suite, joiner, pskSecret, context);
  const tag = confirmationTag(suite, secrets.confirmationKey, confirmed);
  return {
    context,
    secrets,
    joinerSecret: joiner,
    welcomeSecret: welcomeSecret(suite, joiner, pskSecret),
    confirmationTag: tag,
    interimTranscriptHash: interimTranscriptHash(suite, confirmed, tag),
  };
}

/** The part of a state that follows from the epoch's secrets. */
export function stateOfEpoch(
  {
    secrets,
    context,
    confirmationTag,
    interimTranscriptHash,
  }: Omit<DerivedEpoch, 'joinerSecret' | 'welcomeSecret'>,
  tree: RatchetTree,
): Omit<GroupState, 'ownLeaf' | 'signaturePrivateKey' | 'privatePath' | 'past'> {
  const { encryptionSecret, senderDataSecret, resumptionPsk, ...kept } = secrets;
  return {
    context,
    tree,
    senderDataSecret,
    resumptionPsk,
    secretTree: { root: encryptionSecret, leafCount: tree.leafCount },
    secrets: kept,
    confirmationTag,
    interimTranscriptHash,
    proposals: [],
  };
}

/** The epochs that are past once the one of `state` is. */
export function pastAfter(env: Environment, state: GroupState): PastEpoch[] {
  const { context, tree, senderDataSecret, secretTree, resumptionPsk } = state;
  // Not the time of the Commit: whoever reads late keeps an epoch as long as whoever reads at once.
  const until = env.clock;
  const ended = { context, tree, senderDataSecret, secretTree, resumptionPsk, until };
  return [ended, ...state.past].slice(0, env.past.epochs);
}
