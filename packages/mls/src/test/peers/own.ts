/** Our engine in the shape of its peers, on its functions from one state to the next. */
import { EMPTY } from '@polynya/crypto/bytes';
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import { systemRandom } from '@polynya/crypto/web-primitives';
import { decode, encode } from '../../codec/codec.ts';
import type { CipherSuite } from '../../crypto/cipher-suite.ts';
import { type MlsMessage, mlsMessage } from '../../framing/mls-message.ts';
import { createGroup } from '../../group/create.ts';
import type { Environment } from '../../group/environment.ts';
import { makeExternalCommit } from '../../group/external-commit.ts';
import { greased } from '../../group/grease.ts';
import { joinGroup } from '../../group/join.ts';
import { type CommitOptions, makeCommit } from '../../group/make-commit.ts';
import { makeGroupInfo } from '../../group/make-welcome.ts';
import { openPrivateMessage, openPublicMessage } from '../../group/open-message.ts';
import {
  defaultCapabilities,
  makeKeyPackage,
  type OwnKeyPackage,
} from '../../group/own-key-package.ts';
import { processCommit } from '../../group/process-commit.ts';
import { takeProposal } from '../../group/propose.ts';
import { sealApplication } from '../../group/send-message.ts';
import type { GroupState } from '../../group/state.ts';
import { mlsExporter } from '../../schedule/key-schedule.ts';
import { DEFAULT_LIMITS } from '../../schedule/ratchet.ts';
import { BASIC_CREDENTIAL } from '../../tree/leaf-node.ts';
import {
  type ContextExtension,
  EXPORTER_LABEL,
  type Newcomer,
  type PeerEngine,
  type PeerMember,
} from './peer.ts';

/** Everybody is who they say. */
export const trusting: Environment['authority'] = {
  accepts: () => true,
  mayBecome: () => true,
  mayResync: () => true,
};

export const DAY = 86_400;

export function environmentOf(suite: CipherSuite, change: Partial<Environment> = {}): Environment {
  const clock = Math.floor(Date.now() / 1_000);
  return {
    suite,
    authority: trusting,
    random: systemRandom,
    now: clock,
    clock,
    limits: DEFAULT_LIMITS,
    past: { epochs: 3, seconds: DAY },
    ...change,
  };
}

/** The message of an MLSMessage that has to be of one kind. */
export function unwrap<F extends MlsMessage['format']>(bytes: Uint8Array, format: F) {
  const message = decode(mlsMessage, bytes);
  if (message.format !== format) throw new Error(`${format} was expected`);
  return message as Extract<MlsMessage, { format: F }>;
}

export const wrap = (message: MlsMessage): Uint8Array => encode(mlsMessage, message);

/** X.509 is claimed for core-crypto, whose groups require it, and never met. */
const CREDENTIALS = [BASIC_CREDENTIAL, 2];

export async function signatureKeys(env: Environment): Promise<KeyPair> {
  const privateKey = env.random(32);
  return { privateKey, publicKey: await env.suite.signature.publicKey(privateKey) };
}

/** To add the owner of a KeyPackage, which travels as an MLSMessage. */
export const addOf = (bytes: Uint8Array) =>
  ({ kind: 'add', keyPackage: unwrap(bytes, 'keyPackage').keyPackage }) as const;

export class OwnEngine implements PeerEngine {
  readonly name = 'polynya';
  readonly env: Environment;
  readonly options: CommitOptions;

  /** `options` are those of each Commit. */
  constructor(env: Environment, options: CommitOptions = {}) {
    this.env = env;
    this.options = options;
  }

  async newcomer(identity: Uint8Array): Promise<OwnNewcomer> {
    const { suite, random, now } = this.env;
    const from = BigInt(now ?? 0);
    const own = await makeKeyPackage(suite, random, {
      credential: { credentialType: BASIC_CREDENTIAL, content: identity },
      signature: await signatureKeys(this.env),
      lifetime: { notBefore: from - BigInt(DAY), notAfter: from + BigInt(30 * DAY) },
      capabilities: greased({ ...defaultCapabilities(suite), credentials: CREDENTIALS }, random),
    });
    return new OwnNewcomer(this, identity, own);
  }
}

export class OwnNewcomer implements Newcomer {
  readonly #engine: OwnEngine;
  readonly identity: Uint8Array;
  readonly keyPackage: Uint8Array;
  readonly own: OwnKeyPackage;

  constructor(engine: OwnEngine, identity: Uint8Array, own: OwnKeyPackage) {
    this.#engine = engine;
    this.identity = identity;
    this.own = own;
    this.keyPackage = wrap({ format: 'keyPackage', keyPackage: own.keyPackage });
  }

  async create(groupId: Uint8Array): Promise<OwnMember> {
    const { env } = this.#engine;
    return new OwnMember(this.#engine, this.identity, await createGroup(env, groupId, this.own));
  }

  async join(welcome: Uint8Array): Promise<OwnMember> {
    const message = unwrap(welcome, 'welcome').welcome;
    const state = await joinGroup(this.#engine.env, message, this.own);
    return new OwnMember(this.#engine, this.identity, state);
  }

  async joinExternally(groupInfo: Uint8Array) {
    const info = unwrap(groupInfo, 'groupInfo').groupInfo;
    const { message, staged } = await makeExternalCommit(this.#engine.env, info, this.own);
    const member = new OwnMember(this.#engine, this.identity, staged);
    return { member, commit: wrap(message) };
  }
}

export class OwnMember implements PeerMember {
  readonly engine = 'polynya';
  readonly identity: Uint8Array;
  readonly #engine: OwnEngine;
  /** For tests that look into it or alter it. */
  state: GroupState;

  constructor(engine: OwnEngine, identity: Uint8Array, state: GroupState) {
    this.#engine = engine;
    this.identity = identity;
    this.state = state;
  }

  get env(): Environment {
    return this.#engine.env;
  }

  async epoch(): Promise<number> {
    return Number(this.state.context.epoch);
  }

  async epochAuthenticator(): Promise<Uint8Array> {
    return this.state.secrets.epochAuthenticator;
  }

  async exported(): Promise<Uint8Array> {
    const { exporterSecret } = this.state.secrets;
    return mlsExporter(this.env.suite, exporterSecret, EXPORTER_LABEL, EMPTY, 32);
  }

  async commit(options: CommitOptions) {
    const { staged, message, welcome } = await makeCommit(this.env, this.state, {
      ...this.#engine.options,
      ...options,
    });
    this.state = staged;
    return {
      commit: wrap(message),
      welcome: welcome === null ? null : wrap({ format: 'welcome', welcome }),
    };
  }

  async add(keyPackages: readonly Uint8Array[]) {
    const { commit, welcome } = await this.commit({
      proposals: keyPackages.map(addOf),
    });
    if (welcome === null) throw new Error('a Welcome was expected');
    return { commit, welcome };
  }

  leafOf(identity: Uint8Array): number {
    for (const { leafIndex, leaf } of this.state.tree.members()) {
      if (String(leaf.credential.content) === String(identity)) return leafIndex;
    }
    throw new Error('no such member');
  }

  async remove(identity: Uint8Array): Promise<Uint8Array> {
    const removed = this.leafOf(identity);
    return (await this.commit({ proposals: [{ kind: 'remove', removed }] })).commit;
  }

  async update(): Promise<Uint8Array> {
    return (await this.commit({})).commit;
  }

  async changeExtensions(changed: readonly ContextExtension[]): Promise<Uint8Array> {
    const extensions = changed.map(({ type, data }) => ({
      extensionType: type,
      extensionData: data,
    }));
    return (await this.commit({ proposals: [{ kind: 'groupContextExtensions', extensions }] }))
      .commit;
  }

  /** Opened, its signature verified; the state is not changed yet. */
  async #opened(bytes: Uint8Array) {
    const message = decode(mlsMessage, bytes);
    if (message.format === 'privateMessage') {
      return openPrivateMessage(this.env, this.state, message.privateMessage);
    }
    if (message.format === 'publicMessage') {
      return openPublicMessage(this.env, this.state, message.publicMessage);
    }
    throw new Error('a framed message was expected');
  }

  /** Whoever is removed by it keeps its last state, which opens nothing of later epochs. */
  async process(bytes: Uint8Array): Promise<void> {
    const { state, signed } = await this.#opened(bytes);
    if (signed.content.body.kind === 'commit') {
      this.state = (await processCommit(this.env, state, signed)).state ?? this.state;
    } else if (signed.content.body.kind === 'proposal') {
      this.state = await takeProposal(this.env, state, signed);
    } else throw new Error('a Commit or a proposal was expected');
  }

  async seal(plaintext: Uint8Array): Promise<Uint8Array> {
    const { state, message } = await sealApplication(this.env, this.state, plaintext);
    this.state = state;
    return wrap({ format: 'privateMessage', privateMessage: message });
  }

  async open(bytes: Uint8Array): Promise<Uint8Array> {
    const { state, signed } = await this.#opened(bytes);
    const { body } = signed.content;
    if (body.kind !== 'application') throw new Error('an application message was expected');
    this.state = state;
    return body.data;
  }

  async groupInfo(): Promise<Uint8Array> {
    const options = { withTree: true, withExternalPub: true };
    const groupInfo = await makeGroupInfo(this.env, this.state, options);
    return wrap({ format: 'groupInfo', groupInfo });
  }
}
