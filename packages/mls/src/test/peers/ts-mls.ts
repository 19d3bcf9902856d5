/** ts-mls 1.6.4 as a peer. Its authentication service accepts everybody. */
import * as mls from 'ts-mls';
import { defaultClientConfig } from 'ts-mls/clientConfig.js';
import type { ClientState } from 'ts-mls/clientState.js';
import type { CiphersuiteImpl, CiphersuiteName } from 'ts-mls/crypto/ciphersuite.js';
import { encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import {
  type ContextExtension,
  EXPORTER_LABEL,
  type Newcomer,
  type PeerEngine,
  type PeerMember,
} from './peer.ts';

const NAMES: Readonly<Record<number, mls.DefaultExtensionTypeName>> = {
  3: 'required_capabilities',
  5: 'external_senders',
};

/** The part of an MLSMessage that is of `wireformat`. */
function decode<W extends mls.MLSMessage['wireformat']>(bytes: Uint8Array, wireformat: W) {
  const message = mls.decodeMlsMessage(bytes, 0)?.[0];
  if (message === undefined || message.wireformat !== wireformat) {
    throw new Error(`${wireformat} was expected`);
  }
  return message as Extract<mls.MLSMessage, { wireformat: W }>;
}

const encode = (content: mls.MlsMessageContent): Uint8Array =>
  mls.encodeMlsMessage({ ...content, version: 'mls10' });

/** `handshake`: as what its Commits travel (RFC 9420 section 6). */
export async function tsMls(
  suiteName: CiphersuiteName,
  handshake: 'public' | 'private',
): Promise<TsMls> {
  const suite = await mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(suiteName));
  return new TsMls(suite, suiteName, handshake === 'public');
}

export class TsMls implements PeerEngine {
  readonly name = 'ts-mls';
  readonly suite: CiphersuiteImpl;
  readonly #suiteName: CiphersuiteName;

  readonly wireAsPublicMessage: boolean;

  constructor(suite: CiphersuiteImpl, suiteName: CiphersuiteName, wireAsPublicMessage: boolean) {
    this.suite = suite;
    this.#suiteName = suiteName;
    this.wireAsPublicMessage = wireAsPublicMessage;
  }

  async newcomer(identity: Uint8Array): Promise<TsMlsNewcomer> {
    const capabilities: mls.Capabilities = {
      versions: ['mls10'],
      ciphersuites: [this.#suiteName],
      extensions: [],
      proposals: [],
      // core-crypto's groups require both.
      credentials: ['basic', 'x509'],
    };
    const own = await mls.generateKeyPackage(
      { credentialType: 'basic', identity },
      capabilities,
      mls.defaultLifetime,
      [],
      this.suite,
    );
    return new TsMlsNewcomer(this, identity, own.publicPackage, own.privatePackage);
  }
}

export class TsMlsNewcomer implements Newcomer {
  readonly #engine: TsMls;
  readonly identity: Uint8Array;
  readonly keyPackage: Uint8Array;
  readonly publicPart: mls.KeyPackage;
  readonly privatePart: mls.PrivateKeyPackage;

  constructor(
    engine: TsMls,
    identity: Uint8Array,
    publicPart: mls.KeyPackage,
    privatePart: mls.PrivateKeyPackage,
  ) {
    this.#engine = engine;
    this.identity = identity;
    this.publicPart = publicPart;
    this.privatePart = privatePart;
    this.keyPackage = encode({ wireformat: 'mls_key_package', keyPackage: publicPart });
  }

  #member(state: ClientState): TsMlsMember {
    return new TsMlsMember(this.#engine, this.identity, state);
  }

  async create(groupId: Uint8Array): Promise<TsMlsMember> {
    const { suite } = this.#engine;
    return this.#member(
      await mls.createGroup(groupId, this.publicPart, this.privatePart, [], suite),
    );
  }

  async join(welcome: Uint8Array): Promise<TsMlsMember> {
    const state = await mls.joinGroup(
      decode(welcome, 'mls_welcome').welcome,
      this.publicPart,
      this.privatePart,
      mls.emptyPskIndex,
      this.#engine.suite,
    );
    return this.#member(state);
  }

  async joinExternally(groupInfo: Uint8Array) {
    const { publicMessage, newState } = await mls.joinGroupExternal(
      decode(groupInfo, 'mls_group_info').groupInfo,
      this.publicPart,
      this.privatePart,
      false,
      this.#engine.suite,
    );
    const commit = encode({ wireformat: 'mls_public_message', publicMessage });
    return { member: this.#member(newState), commit };
  }
}

export class TsMlsMember implements PeerMember {
  readonly engine = 'ts-mls';
  readonly identity: Uint8Array;
  readonly #engine: TsMls;
  /** The whole state, for tests that look into it or alter it. */
  state: ClientState;

  constructor(engine: TsMls, identity: Uint8Array, state: ClientState) {
    this.#engine = engine;
    this.identity = identity;
    this.state = state;
  }

  async epoch(): Promise<number> {
    return Number(this.state.groupContext.epoch);
  }

  async epochAuthenticator(): Promise<Uint8Array> {
    return this.state.keySchedule.epochAuthenticator;
  }

  async exported(): Promise<Uint8Array> {
    const { exporterSecret } = this.state.keySchedule;
    return mls.mlsExporter(
      exporterSecret,
      EXPORTER_LABEL,
      new Uint8Array(),
      32,
      this.#engine.suite,
    );
  }

  async changeExtensions(extensions: readonly ContextExtension[]): Promise<Uint8Array> {
    const changed = extensions.map(({ type, data }) => ({
      // Its types know only the names of what the RFC defines, and the numbers of nothing else.
      extensionType: NAMES[type] ?? type,
      extensionData: data,
    }));
    return this.commit([
      {
        proposalType: 'group_context_extensions',
        groupContextExtensions: { extensions: changed },
      },
    ]);
  }

  async #commit(extraProposals: mls.Proposal[], options: mls.CreateCommitOptions = {}) {
    const { newState, commit, welcome } = await mls.createCommit(
      { state: this.state, cipherSuite: this.#engine.suite },
      {
        extraProposals,
        ratchetTreeExtension: true,
        wireAsPublicMessage: this.#engine.wireAsPublicMessage,
        ...options,
      },
    );
    this.state = newState;
    return { commit: mls.encodeMlsMessage(commit), welcome };
  }

  async add(keyPackages: readonly Uint8Array[]) {
    const { commit, welcome } = await this.#commit(
      keyPackages.map((bytes) => ({
        proposalType: 'add',
        add: { keyPackage: decode(bytes, 'mls_key_package').keyPackage },
      })),
    );
    if (welcome === undefined) throw new Error('a Welcome was expected');
    return { commit, welcome: encode({ wireformat: 'mls_welcome', welcome }) };
  }

  async remove(identity: Uint8Array): Promise<Uint8Array> {
    const node = this.state.ratchetTree.findIndex(
      (one) =>
        one?.nodeType === 'leaf' &&
        one.leaf.credential.credentialType === 'basic' &&
        String(one.leaf.credential.identity) === String(identity),
    );
    if (node < 0) throw new Error('no such member');
    return (await this.#commit([{ proposalType: 'remove', remove: { removed: node / 2 } }])).commit;
  }

  async update(): Promise<Uint8Array> {
    return (await this.#commit([])).commit;
  }

  /** A Commit with these proposals, which may be such as no honest member makes. */
  async commit(proposals: mls.Proposal[], options?: mls.CreateCommitOptions): Promise<Uint8Array> {
    return (await this.#commit(proposals, options)).commit;
  }

  async process(message: Uint8Array): Promise<void> {
    await this.#process(message);
  }

  async open(message: Uint8Array): Promise<Uint8Array> {
    const result = await this.#process(message);
    if (result.kind !== 'applicationMessage')
      throw new Error('an application message was expected');
    return result.message;
  }

  async #process(bytes: Uint8Array) {
    const message = mls.decodeMlsMessage(bytes, 0)?.[0];
    if (
      message?.wireformat !== 'mls_private_message' &&
      message?.wireformat !== 'mls_public_message'
    ) {
      throw new Error('a framed message was expected');
    }
    const index = mls.makePskIndex(this.state, {});
    const { suite } = this.#engine;
    const result = await mls.processMessage(message, this.state, index, mls.acceptAll, suite);
    this.state = result.newState;
    return result;
  }

  async seal(plaintext: Uint8Array): Promise<Uint8Array> {
    const { newState, privateMessage } = await mls.createApplicationMessage(
      this.state,
      plaintext,
      this.#engine.suite,
    );
    this.state = newState;
    return encode({ wireformat: 'mls_private_message', privateMessage });
  }

  async groupInfo(): Promise<Uint8Array> {
    const groupInfo = await mls.createGroupInfoWithExternalPubAndRatchetTree(
      this.state,
      [],
      this.#engine.suite,
    );
    return encode({ wireformat: 'mls_group_info', groupInfo });
  }

  /** The state as its own codec stores it. */
  stored(): Uint8Array {
    return mls.encodeGroupState(this.state);
  }

  restore(stored: Uint8Array): void {
    const state = mls.decodeGroupState(stored, 0)?.[0];
    if (state === undefined) throw new Error('not a state');
    this.state = { ...state, clientConfig: defaultClientConfig };
  }

  tree(): Uint8Array {
    return encodeRatchetTree(this.state.ratchetTree);
  }
}
