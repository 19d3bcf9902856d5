/**
 * core-crypto 10.3.0 (OpenMLS in WebAssembly) as a peer. It wants a `window`; its state is a database in memory,
 * one for each member. GPL: for tests and measurements only, never part of what is shipped.
 */
import * as core from '@wireapp/core-crypto/browser';
import type { Newcomer, PeerEngine, PeerMember } from './peer.ts';

const SUITE = core.CipherSuite.Mls128Dhkemx25519Aes128gcmSha256Ed25519;
/** The head of an MLSMessage with a KeyPackage (RFC 9420 section 6): core-crypto neither writes nor reads it. */
const HEAD = Uint8Array.of(0, 1, 0, 5);

const keyPackageOf = (message: Uint8Array) => new core.KeyPackage(message.slice(HEAD.length));

/** `wasm`: where the module is to be fetched from. */
export async function coreCrypto(wasm: string): Promise<CoreCryptoEngine> {
  await core.initWasmModule(wasm);
  return new CoreCryptoEngine();
}

class CoreCryptoEngine implements PeerEngine {
  readonly name = 'core-crypto';

  async newcomer(identity: Uint8Array): Promise<Newcomer> {
    const [user, device, domain] = new TextDecoder().decode(identity).split(/[:@]/);
    const clientId = new core.ClientId(
      new core.Uuid(user as string),
      core.DeviceId.fromHexString(device as string),
      domain as string,
    );
    const session = core.CoreCrypto.new((await core.Database.inMemory()) as core.Database);
    const sent: core.CommitBundle[] = [];
    const transport = {
      async sendCommitBundle(bundle: core.CommitBundle) {
        sent.push(bundle);
      },
      async prepareForTransport(secret: core.HistorySecret) {
        return secret.data;
      },
    };
    const own = await session.transaction(async (context) => {
      await context.mlsInit(clientId, transport);
      const credential = await context.addCredential(core.Credential.basic(SUITE, clientId));
      const keyPackage = await context.generateKeyPackage(credential);
      return { credential, keyPackage: Uint8Array.of(...HEAD, ...keyPackage.serialize()) };
    });
    const member = (id: core.ConversationId) =>
      new CoreCryptoMember(clientId.copyBytes(), session, id, sent);
    return {
      identity: clientId.copyBytes(),
      keyPackage: own.keyPackage,
      async create(groupId) {
        const id = new core.ConversationId(groupId);
        await session.transaction((context) => context.createConversation(id, own.credential));
        return member(id);
      },
      async join(welcome) {
        const message = new core.Welcome(welcome);
        return member(
          await session.transaction((context) => context.processWelcomeMessage(message)),
        );
      },
      async joinExternally(groupInfo) {
        // It does write the head of a GroupInfo, and does not read it.
        const info = new core.GroupInfo(groupInfo.slice(HEAD.length));
        const id = await session.transaction((context) =>
          context.joinByExternalCommit(info, own.credential),
        );
        return { member: member(id), commit: (sent.at(-1) as core.CommitBundle).commit };
      },
    };
  }
}

class CoreCryptoMember implements PeerMember {
  readonly engine = 'core-crypto';
  readonly identity: Uint8Array;
  readonly #session: core.CoreCrypto;
  readonly #id: core.ConversationId;
  readonly #sent: core.CommitBundle[];

  constructor(
    identity: Uint8Array,
    session: core.CoreCrypto,
    id: core.ConversationId,
    sent: core.CommitBundle[],
  ) {
    this.identity = identity;
    this.#session = session;
    this.#id = id;
    this.#sent = sent;
  }

  async epoch(): Promise<number> {
    return Number(
      await this.#session.transaction((context) => context.conversationEpoch(this.#id)),
    );
  }

  async exported(): Promise<Uint8Array> {
    const secret = await this.#session.transaction((context) =>
      context.exportSecretKey(this.#id, 32),
    );
    return secret.copyBytes();
  }

  /** What `work` gave to the delivery service. */
  async #committing(
    work: (context: core.CoreCryptoContext) => Promise<void>,
  ): Promise<core.CommitBundle> {
    await this.#session.transaction(work);
    return this.#sent.at(-1) as core.CommitBundle;
  }

  async add(keyPackages: readonly Uint8Array[]) {
    const taken = keyPackages.map(keyPackageOf);
    const { commit, welcome } = await this.#committing((context) =>
      context.addClientsToConversation(this.#id, taken),
    );
    if (welcome === undefined) throw new Error('a Welcome was expected');
    return { commit, welcome: welcome.serialize() };
  }

  async remove(identity: Uint8Array): Promise<Uint8Array> {
    const { commit } = await this.#committing(async (context) => {
      const clients = await context.getClientIds(this.#id);
      const leaving = clients.filter((one) => String(one.copyBytes()) === String(identity));
      await context.removeClientsFromConversation(this.#id, leaving);
    });
    return commit;
  }

  async update(): Promise<Uint8Array> {
    return (await this.#committing((context) => context.updateKeyingMaterial(this.#id))).commit;
  }

  async process(message: Uint8Array): Promise<void> {
    await this.#session.transaction((context) => context.decryptMessage(this.#id, message));
  }

  async seal(plaintext: Uint8Array): Promise<Uint8Array> {
    return this.#session.transaction((context) => context.encryptMessage(this.#id, plaintext));
  }

  async open(message: Uint8Array): Promise<Uint8Array> {
    const opened = await this.#session.transaction((context) =>
      context.decryptMessage(this.#id, message),
    );
    if (!core.DecryptedMessage.Text.instanceOf(opened)) {
      throw new Error('an application message was expected');
    }
    return opened.inner.plaintext;
  }

  /** Of the last Commit: core-crypto hands one out with each. */
  async groupInfo(): Promise<Uint8Array> {
    const last = this.#sent.at(-1);
    if (last === undefined) throw new Error('core-crypto has made no Commit yet');
    return last.groupInfo.payload;
  }
}
