/** `Group` on ts-mls: the only place where its states change hands. Each instance is immutable. */
import type { ClientState } from 'ts-mls/clientState.js';
import type { Commit } from 'ts-mls/commit.js';
import { createCommit } from 'ts-mls/createCommit.js';
import { createApplicationMessage } from 'ts-mls/createMessage.js';
import { acceptAll } from 'ts-mls/incomingMessageAction.js';
import { mlsExporter } from 'ts-mls/keySchedule.js';
import type { PrivateMessage } from 'ts-mls/privateMessage.js';
import { processPrivateMessage } from 'ts-mls/processMessages.js';
import type { Proposal } from 'ts-mls/proposal.js';
import { emptyPskIndex } from 'ts-mls/pskIndex.js';
import { encodeWelcome } from 'ts-mls/welcome.js';
import { decodeEntry, encodeBody, withClosesFlag } from './codec.ts';
import { checkCommit } from './commit-check.ts';
import type {
  CommitPolicy,
  Entry,
  Group,
  Member,
  OpenedCommit,
  OpenedMessage,
  OwnKeyPackage,
  Snapshot,
  StagedCommit,
} from './engine.ts';
import { branchProof, enter, found } from './join.ts';
import { decodeKeyPackage } from './key-package.ts';
import { checkKeyPackage, type Judges } from './key-package-check.ts';
import { MAX_BODY, MAX_BOUND, MAX_PLAINTEXT } from './limits.ts';
import { attempt, blaming, MlsError } from './mls-error.ts';
import { unseal, withRatchets } from './open-entry.ts';
import { encodeRestPart, encodeTreePart } from './snapshot.ts';
import { pathKeysMatch, secretsOf, slimmed, withoutSecrets, withRatchetsOf } from './state.ts';
import { checkTreeChange, memberAt, membersOf } from './tree-view.ts';

type MutablePart<T> = { -readonly [K in keyof T]?: T[K] };

interface SignedCommit {
  readonly entry: Entry;
  readonly message: PrivateMessage;
  readonly committer: Member;
  readonly commit: Commit;
}

export class TsMlsGroup implements Group {
  readonly #judges: Judges;
  /** Undefined once disposed of. */
  #state: ClientState | undefined;
  /** Encoded once an epoch: the groups of one epoch hand it on. */
  readonly #fixed: MutablePart<Pick<Snapshot, 'tree'>>;

  readonly id: Uint8Array;
  readonly epoch: number;
  readonly ownLeaf: number;
  readonly members: readonly Member[];
  readonly active: boolean;
  readonly epochAuthenticator: Uint8Array;

  constructor(judges: Judges, state: ClientState, sameEpoch?: TsMlsGroup) {
    this.#judges = judges;
    this.#state = state;
    this.#fixed = sameEpoch === undefined ? {} : sameEpoch.#fixed;
    this.id = state.groupContext.groupId.slice();
    this.epoch = Number(state.groupContext.epoch);
    this.ownLeaf = state.privatePath.leafIndex;
    this.members = sameEpoch?.members ?? membersOf(state.ratchetTree);
    this.active = state.groupActiveState.kind === 'active';
    this.epochAuthenticator = state.keySchedule.epochAuthenticator.slice();
  }

  #live(): ClientState {
    if (this.#state === undefined) throw new MlsError('disposed');
    if (!this.active) throw new MlsError('removed');
    return this.#state;
  }

  async seal(
    plaintext: Uint8Array,
    authenticatedData: Uint8Array = new Uint8Array(),
  ): Promise<{ group: Group; body: Uint8Array }> {
    const state = this.#live();
    if (plaintext.length > MAX_PLAINTEXT) {
      throw new MlsError('invalid-argument', `more than ${MAX_PLAINTEXT} bytes`);
    }
    checkBound(authenticatedData);
    const { newState, privateMessage } = await attempt('invalid-argument', () =>
      createApplicationMessage(state, plaintext, this.#judges.suite, authenticatedData),
    );
    return {
      group: new TsMlsGroup(this.#judges, newState, this),
      body: encodeBody(privateMessage),
    };
  }

  async commit(change: {
    readonly add?: readonly Uint8Array[];
    readonly remove?: readonly number[];
    readonly authenticatedData?: Uint8Array;
  }): Promise<StagedCommit> {
    const state = this.#live();
    const removed = change.remove ?? [];
    for (const leaf of removed) memberAt(state.ratchetTree, leaf);
    if (removed.includes(this.ownLeaf) || new Set(removed).size < removed.length) {
      throw new MlsError('invalid-argument', 'removes itself, or someone twice');
    }
    const adds = await this.#proposeAdds(state, change.add ?? [], removed);
    const removes = removed.map(
      (leaf): Proposal => ({
        proposalType: 'remove',
        remove: { removed: leaf },
      }),
    );
    const { authenticatedData = new Uint8Array() } = change;
    checkBound(authenticatedData);
    return this.#stage(state, [...removes, ...adds], authenticatedData, removed.length > 0);
  }

  async #proposeAdds(
    state: ClientState,
    keyPackages: readonly Uint8Array[],
    removed: readonly number[],
  ): Promise<Proposal[]> {
    const added = keyPackages.map(decodeKeyPackage);
    checkTreeChange(state.ratchetTree, { added, removed });
    for (const keyPackage of added) await checkKeyPackage(this.#judges, keyPackage);
    return added.map((keyPackage) => ({ proposalType: 'add', add: { keyPackage } }));
  }

  async #stage(
    state: ClientState,
    proposals: Proposal[],
    bound: Uint8Array,
    closes: boolean,
  ): Promise<StagedCommit> {
    const { newState, commit, welcome } = await attempt('invalid-commit', () =>
      createCommit(
        { state, cipherSuite: this.#judges.suite },
        {
          extraProposals: proposals,
          ratchetTreeExtension: true,
          authenticatedData: withClosesFlag(bound, closes),
        },
      ),
    );
    if (commit.wireformat !== 'mls_private_message') throw new MlsError('invalid-commit');
    const body = encodeBody(commit.privateMessage);
    if (body.length > MAX_BODY) throw new MlsError('too-long');
    return {
      group: new TsMlsGroup(this.#judges, slimmed(newState, closes)),
      body,
      closes,
      ...(welcome === undefined ? {} : { welcome: encodeWelcome(welcome) }),
    };
  }

  following(before: Group): Group {
    if (!(before instanceof TsMlsGroup)) throw new MlsError('invalid-argument');
    return new TsMlsGroup(this.#judges, withRatchetsOf(this.#live(), before.#live()), this);
  }

  async open(entry: Entry, policy: CommitPolicy): Promise<OpenedMessage | OpenedCommit> {
    const state = this.#live();
    return entry.kind === 'commit'
      ? this.#openCommit(state, entry, policy)
      : this.#openMessage(state, entry);
  }

  async #openMessage(state: ClientState, entry: Entry): Promise<OpenedMessage> {
    const message = decodeEntry(entry, state.groupContext.groupId);
    const { sender, content, secretTree } = await unseal(this.#judges.suite, state, message);
    if (content.content.contentType !== 'application') throw new MlsError('malformed');
    const next = withRatchets(state, message.epoch, secretTree);
    return {
      kind: 'message',
      group: new TsMlsGroup(this.#judges, next, this),
      sender,
      plaintext: content.content.applicationData,
    };
  }

  async #openCommit(state: ClientState, entry: Entry, policy: CommitPolicy): Promise<OpenedCommit> {
    if (entry.epoch !== this.epoch) throw new MlsError('wrong-epoch');
    const { suite } = this.#judges;
    const message = decodeEntry(entry, state.groupContext.groupId);
    const { sender: committer, content } = await unseal(suite, state, message);
    if (content.content.contentType !== 'commit') throw new MlsError('malformed');
    const { commit } = content.content;
    return blaming(committer, () =>
      this.#apply(state, { entry, message, committer, commit }, policy),
    );
  }

  /** A Commit whose signature holds. */
  async #apply(
    state: ClientState,
    { entry, message, committer, commit }: SignedCommit,
    policy: CommitPolicy,
  ): Promise<OpenedCommit> {
    const { suite } = this.#judges;
    const frame = { committer, closes: entry.closes === true };
    const judges = {
      ...this.#judges,
      now: () => (entry.time === undefined ? this.#judges.now() : entry.time),
    };
    const checked = await attempt('invalid-commit', () =>
      checkCommit(judges, state.ratchetTree, commit, frame, policy),
    );
    const { removed, isNew } = checked;
    // Ours to see: the library overlooks a removal whose leaf the same Commit gives to someone else.
    if (removed.some(({ leaf }) => leaf === this.ownLeaf)) {
      const group = new TsMlsGroup(this.#judges, withoutSecrets(state));
      return { kind: 'commit', group, committer, added: [], removed, removedUs: true };
    }
    const { newState } = await attempt('invalid-commit', () =>
      processPrivateMessage(state, message, emptyPskIndex, suite, acceptAll),
    );
    const next = slimmed(newState, frame.closes);
    if (!(await attempt('invalid-commit', () => pathKeysMatch(suite, next, state)))) {
      throw new MlsError('invalid-commit', 'a path key is not that of its secret');
    }
    const group = new TsMlsGroup(this.#judges, next);
    const added = group.members.filter(({ leaf }) => isNew(next.ratchetTree, leaf));
    return { kind: 'commit', group, committer, added, removed, removedUs: false };
  }

  async export(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    const { exporterSecret } = this.#live().keySchedule;
    return attempt('invalid-argument', () =>
      mlsExporter(exporterSecret, label, context, length, this.#judges.suite),
    );
  }

  async branch(
    newGroupId: Uint8Array,
    own: OwnKeyPackage,
    keyPackages: readonly Uint8Array[],
  ): Promise<{ group: Group; welcome: Uint8Array }> {
    const parent = this.#live();
    const judges = this.#judges;
    const root = await found(judges, newGroupId, own);
    const group = new TsMlsGroup(judges, root);
    const adds = await group.#proposeAdds(root, keyPackages, []);
    const { proposal, pskIndex } = branchProof(judges, parent);
    const { newState, welcome } = await attempt('invalid-argument', () =>
      createCommit(
        { state: root, cipherSuite: judges.suite, pskIndex },
        { extraProposals: [...adds, proposal], ratchetTreeExtension: true },
      ),
    );
    if (welcome === undefined) throw new MlsError('invalid-argument', 'a branch of nobody');
    return {
      group: new TsMlsGroup(judges, slimmed(newState)),
      welcome: encodeWelcome(welcome),
    };
  }

  async joinBranch(welcome: Uint8Array, own: OwnKeyPackage): Promise<Group> {
    return new TsMlsGroup(this.#judges, await enter(this.#judges, welcome, own, this.#live()));
  }

  snapshot(): Snapshot {
    const state = this.#state;
    if (state === undefined) throw new MlsError('disposed');
    this.#fixed.tree ??= encodeTreePart(state);
    return { tree: this.#fixed.tree, rest: encodeRestPart(state) };
  }

  dispose(kept: readonly Group[]): void {
    if (this.#state === undefined) return;
    const inUse = new Set(
      kept.flatMap((group) =>
        group instanceof TsMlsGroup && group.#state !== undefined ? secretsOf(group.#state) : [],
      ),
    );
    for (const secret of secretsOf(this.#state)) if (!inUse.has(secret)) secret.fill(0);
    this.#state = undefined;
  }
}

function checkBound(authenticatedData: Uint8Array): void {
  if (authenticatedData.length > MAX_BOUND) {
    throw new MlsError('invalid-argument', `more than ${MAX_BOUND} bound bytes`);
  }
}
