/**
 * A group as it is stored, in two parts: `tree` holds all that is fixed for an epoch, `rest` the ratchets, which
 * every message moves. Ratchets of blank leaves and inner nodes are never used and not stored.
 */
import type { ClientConfig } from 'ts-mls/clientConfig.js';
import type { ClientState } from 'ts-mls/clientState.js';
import {
  decodeUint8,
  decodeUint32,
  decodeUint64,
  uint8Encoder,
  uint32Encoder,
  uint64Encoder,
} from 'ts-mls/codec/number.js';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import type { EpochReceiverData } from 'ts-mls/epochReceiverData.js';
import { decodeGroupContext, groupContextEncoder } from 'ts-mls/groupContext.js';
import { decodeKeySchedule, keyScheduleEncoder } from 'ts-mls/keySchedule.js';
import { decodePrivateKeyPath, privateKeyPathEncoder } from 'ts-mls/privateKeyPath.js';
import { decodeRatchetTree, ratchetTreeEncoder } from 'ts-mls/ratchetTree.js';
import type { GenerationSecret, SecretTree } from 'ts-mls/secretTree.js';
import { type Codec, decodeExactly, opaque, sameBytes, struct, vector } from './codec.ts';
import type { Snapshot } from './engine.ts';
import { MAX_SNAPSHOT } from './limits.ts';
import { MlsError } from './mls-error.ts';
import { NO_RATCHET } from './state.ts';
import { leafNodeAt } from './tree-view.ts';

const VERSION = 1;

type Epoch = Omit<EpochReceiverData, 'secretTree'>;
type Fixed = Omit<
  ClientState,
  'secretTree' | 'historicalReceiverData' | 'unappliedProposals' | 'clientConfig'
>;
interface TreePart {
  readonly version: number;
  readonly state: Fixed;
  readonly past: Epoch[];
}

/** One stored ratchet: which leaf's, whether for handshake messages, and where it stands. */
interface Ratchet {
  readonly node: number;
  readonly handshake: boolean;
  readonly ratchet: GenerationSecret;
}
interface RestPart {
  readonly version: number;
  readonly epoch: bigint;
  /** Binds the part to its tree: the tree's confirmation tag. */
  readonly tag: Uint8Array;
  /** The current epoch's, then the past ones' in the order of `TreePart.past`. */
  readonly trees: Ratchet[][];
}

const uint8: Codec<number> = { encode: uint8Encoder, decode: decodeUint8 };
const uint32: Codec<number> = { encode: uint32Encoder, decode: decodeUint32 };
const uint64: Codec<bigint> = { encode: uint64Encoder, decode: decodeUint64 };
const flag: Codec<boolean> = struct(
  [uint8],
  (value: boolean) => [value ? 1 : 0],
  (value) => value === 1,
);
const context = { encode: groupContextEncoder, decode: decodeGroupContext };
const schedule = { encode: keyScheduleEncoder, decode: decodeKeySchedule };
const tree = { encode: ratchetTreeEncoder, decode: decodeRatchetTree };
const path = { encode: privateKeyPathEncoder, decode: decodePrivateKeyPath };

const epochCodec: Codec<Epoch> = struct(
  [context, tree, opaque, opaque],
  (epoch: Epoch) => [
    epoch.groupContext,
    epoch.ratchetTree,
    epoch.senderDataSecret,
    epoch.resumptionPsk,
  ],
  (groupContext, ratchetTree, senderDataSecret, resumptionPsk) => ({
    groupContext,
    ratchetTree,
    senderDataSecret,
    resumptionPsk,
  }),
);

const fixedCodec: Codec<Fixed> = struct(
  [flag, context, schedule, tree, path, opaque, opaque],
  (state: Fixed) => [
    state.groupActiveState.kind === 'active',
    state.groupContext,
    state.keySchedule,
    state.ratchetTree,
    state.privatePath,
    state.signaturePrivateKey,
    state.confirmationTag,
  ],
  (
    active,
    groupContext,
    keySchedule,
    ratchetTree,
    privatePath,
    signaturePrivateKey,
    confirmationTag,
  ): Fixed => ({
    groupActiveState: active ? { kind: 'active' } : { kind: 'removedFromGroup' },
    groupContext,
    keySchedule,
    ratchetTree,
    privatePath,
    signaturePrivateKey,
    confirmationTag,
  }),
);

const treeCodec: Codec<TreePart> = struct(
  [uint8, fixedCodec, vector(epochCodec)],
  (part: TreePart) => [part.version, part.state, part.past],
  (version, state, past) => ({ version, state, past }),
);

const ratchetCodec: Codec<Ratchet> = struct(
  [uint8, flag, uint32, opaque],
  ({ node, handshake, ratchet }: Ratchet) => [node, handshake, ratchet.generation, ratchet.secret],
  (node, handshake, generation, secret) => ({
    node,
    handshake,
    ratchet: { generation, secret, unusedGenerations: {} },
  }),
);

const restCodec: Codec<RestPart> = struct(
  [uint8, uint64, opaque, vector(vector(ratchetCodec))],
  (part: RestPart) => [part.version, part.epoch, part.tag, part.trees],
  (version, epoch, tag, trees) => ({ version, epoch, tag, trees }),
);

function ratchetsOf({
  ratchetTree,
  secretTree,
}: Pick<EpochReceiverData, 'ratchetTree' | 'secretTree'>) {
  return secretTree.flatMap(({ handshake, application }, node): Ratchet[] => {
    if (node % 2 !== 0 || leafNodeAt(ratchetTree, node / 2) === undefined) return [];
    return [
      { node, handshake: true, ratchet: handshake },
      { node, handshake: false, ratchet: application },
    ].filter(({ ratchet }) => ratchet.secret.length > 0);
  });
}

function secretTreeOf(ratchets: readonly Ratchet[], width: number): SecretTree {
  const tree = Array.from({ length: width }, () => ({
    handshake: NO_RATCHET,
    application: NO_RATCHET,
  }));
  for (const { node, handshake, ratchet } of ratchets) {
    const at = tree[node];
    if (at === undefined) throw new MlsError('malformed');
    at[handshake ? 'handshake' : 'application'] = ratchet;
  }
  return tree;
}

/** The part that is fixed for an epoch. */
export function encodeTreePart(state: ClientState): Uint8Array {
  const past = [...state.historicalReceiverData.values()];
  return encode(treeCodec.encode)({ version: VERSION, state, past });
}

/** The part that every message changes. */
export function encodeRestPart(state: ClientState): Uint8Array {
  return encode(restCodec.encode)({
    version: VERSION,
    epoch: state.groupContext.epoch,
    tag: state.confirmationTag,
    trees: [state, ...state.historicalReceiverData.values()].map(ratchetsOf),
  });
}

/** @throws MlsError `malformed`, also for two parts that do not belong together */
export function decodeSnapshot(snapshot: Snapshot, clientConfig: ClientConfig): ClientState {
  const { version, state, past } = decodeExactly(treeCodec, snapshot.tree, MAX_SNAPSHOT);
  const rest = decodeExactly(restCodec, snapshot.rest, MAX_SNAPSHOT);
  const [ratchets, ...pastRatchets] = rest.trees;
  if (version !== VERSION || rest.version !== VERSION) {
    throw new MlsError('malformed', 'a snapshot of another version');
  }
  if (
    ratchets === undefined ||
    pastRatchets.length !== past.length ||
    rest.epoch !== state.groupContext.epoch ||
    !sameBytes(rest.tag, state.confirmationTag)
  ) {
    throw new MlsError('malformed', 'the parts of the snapshot are of different epochs');
  }
  const active = state.groupActiveState.kind === 'active';
  return {
    ...state,
    clientConfig,
    unappliedProposals: {},
    secretTree: active ? secretTreeOf(ratchets, state.ratchetTree.length) : [],
    historicalReceiverData: new Map(
      past.map((epoch, at) => [
        epoch.groupContext.epoch,
        {
          ...epoch,
          secretTree: secretTreeOf(pastRatchets[at] ?? [], epoch.ratchetTree.length),
        },
      ]),
    ),
  };
}
