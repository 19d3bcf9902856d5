/**
 * The library's state, kept smaller and stricter than it keeps it: past epochs hold only what opening their
 * messages takes, private keys of blank nodes go, and a removed member holds nothing.
 */
import type { ClientConfig } from 'ts-mls/clientConfig.js';
import type { ClientState } from 'ts-mls/clientState.js';
import type { EpochReceiverData } from 'ts-mls/epochReceiverData.js';
import { defaultKeyPackageEqualityConfig } from 'ts-mls/keyPackageEqualityConfig.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import type { GenerationSecret, SecretTree } from 'ts-mls/secretTree.js';
import { sameBytes } from './codec.ts';
import { identityOf, type Judges } from './key-package-check.ts';
import { MAX_SKIPPED, PAST_EPOCHS } from './limits.ts';
import { MlsError } from './mls-error.ts';
import type { Suite } from './suite.ts';

const NOTHING = new Uint8Array();
export const NO_RATCHET: GenerationSecret = {
  secret: NOTHING,
  generation: 0,
  unusedGenerations: {},
};

/**
 * How the library is run. Skipped generations keep no ratchet secret; lifetimes are judged by our clock; padding
 * belongs to what is sealed, and to the envelope.
 */
export function clientConfig({ authentication }: Pick<Judges, 'authentication'>): ClientConfig {
  return {
    keyRetentionConfig: {
      retainKeysForGenerations: 0,
      retainKeysForEpochs: PAST_EPOCHS,
      maximumForwardRatchetSteps: MAX_SKIPPED,
    },
    lifetimeConfig: { maximumTotalLifetime: 0n, validateLifetimeOnReceive: false },
    keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
    paddingConfig: { kind: 'alwaysPad', paddingLength: 0 },
    authService: {
      async validateCredential(credential, signaturePublicKey) {
        const identity = identityOf({ credential, signaturePublicKey });
        if (await authentication.accepts(identity.credential, signaturePublicKey)) return true;
        throw new MlsError('unknown-credential');
      },
    },
  };
}

/** Of a past epoch's tree, what verifying a sender takes. */
function namesOnly(tree: RatchetTree): RatchetTree {
  return tree.map((node) =>
    node?.nodeType !== 'leaf'
      ? undefined
      : {
          nodeType: 'leaf',
          leaf: {
            leafNodeSource: 'update',
            credential: node.leaf.credential,
            signaturePublicKey: node.leaf.signaturePublicKey,
            hpkePublicKey: NOTHING,
            capabilities: {
              versions: [],
              ciphersuites: [],
              extensions: [],
              proposals: [],
              credentials: [],
            },
            extensions: [],
            signature: NOTHING,
          },
        },
  );
}

/** Handshake messages of past epochs never open, and nobody opens their own. */
function applicationRatchets(secretTree: SecretTree, ownLeaf: number): SecretTree {
  return secretTree.map(({ application }, node) => ({
    handshake: NO_RATCHET,
    application: node % 2 === 0 && node !== ownLeaf * 2 ? application : NO_RATCHET,
  }));
}

/**
 * A state that just entered a new epoch, without what it need not hold. Behind a Commit that closes no log takes
 * entries of epochs before it, so that whoever was removed is not heard even by favour of the server.
 */
export function slimmed(state: ClientState, closed = false): ClientState {
  const { leafIndex, privateKeys } = state.privatePath;
  const kept = Object.entries(privateKeys).filter(
    ([node]) => state.ratchetTree[Number(node)] !== undefined,
  );
  const remembered = closed ? [] : [...state.historicalReceiverData];
  const past = remembered.map(([epoch, data]): [bigint, EpochReceiverData] => [
    epoch,
    {
      ...data,
      ratchetTree: namesOnly(data.ratchetTree),
      secretTree: applicationRatchets(data.secretTree, leafIndex),
    },
  ]);
  return {
    ...state,
    historicalReceiverData: new Map(past),
    privatePath: { leafIndex, privateKeys: Object.fromEntries(kept) },
  };
}

/** A staged state with the ratchets of past epochs as they stand in `before`, the state of the epoch before it. */
export function withRatchetsOf(staged: ClientState, before: ClientState): ClientState {
  const { leafIndex } = staged.privatePath;
  const past = [...staged.historicalReceiverData].map(
    ([epoch, data]): [bigint, EpochReceiverData] => {
      const now =
        epoch === before.groupContext.epoch ? before : before.historicalReceiverData.get(epoch);
      if (now === undefined) return [epoch, data];
      return [epoch, { ...data, secretTree: applicationRatchets(now.secretTree, leafIndex) }];
    },
  );
  return { ...staged, historicalReceiverData: new Map(past) };
}

/** The state of a member that was removed: names, no secrets. */
export function withoutSecrets(state: ClientState): ClientState {
  const { keySchedule } = state;
  return {
    ...state,
    keySchedule: {
      senderDataSecret: NOTHING,
      exporterSecret: NOTHING,
      externalSecret: NOTHING,
      confirmationKey: NOTHING,
      membershipKey: NOTHING,
      resumptionPsk: NOTHING,
      initSecret: NOTHING,
      epochAuthenticator: keySchedule.epochAuthenticator,
    },
    secretTree: [],
    historicalReceiverData: new Map(),
    privatePath: { leafIndex: state.privatePath.leafIndex, privateKeys: {} },
    signaturePrivateKey: NOTHING,
    unappliedProposals: {},
    groupActiveState: { kind: 'removedFromGroup' },
  };
}

/**
 * RFC 9420 section 7.5: the public keys of a path must be those of the secrets that came with it. The library does
 * not look, and a member who sends others would split the group at the next Commit.
 */
export async function pathKeysMatch(
  suite: Suite,
  after: ClientState,
  before?: ClientState,
): Promise<boolean> {
  for (const [index, privateKey] of Object.entries(after.privatePath.privateKeys)) {
    const node = after.ratchetTree[Number(index)];
    if (before?.privatePath.privateKeys[Number(index)] === privateKey || node === undefined)
      continue;
    const expected = node.nodeType === 'leaf' ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey;
    if (!sameBytes(await suite.kemPublicKey(privateKey), expected)) return false;
  }
  return true;
}

/** Every array that holds a secret. */
export function secretsOf(state: ClientState): Uint8Array[] {
  const { epochAuthenticator: _, ...schedule } = state.keySchedule;
  const past = [...state.historicalReceiverData.values()];
  const trees = [state.secretTree, ...past.map(({ secretTree }) => secretTree)];
  return [
    ...Object.values(schedule),
    ...Object.values(state.privatePath.privateKeys),
    state.signaturePrivateKey,
    ...past.flatMap(({ senderDataSecret, resumptionPsk }) => [senderDataSecret, resumptionPsk]),
    ...trees.flat().flatMap(({ handshake, application }) => [handshake.secret, application.secret]),
  ];
}
