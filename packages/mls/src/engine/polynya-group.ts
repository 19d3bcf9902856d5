/** `Group` over this engine's RFC 9420. */
import { EMPTY } from '@polynya/crypto/bytes';
import type {
  CommitPolicy,
  Entry,
  Group,
  Member,
  OpenedCommit,
  OpenedMessage,
  OwnKeyPackage,
  RecordChange,
  StagedCommit,
} from '../engine.ts';
import type { Environment } from '../group/environment.ts';
import { evidenceOf } from '../group/evidence.ts';
import { type CommitMade, makeCommit } from '../group/make-commit.ts';
import { openPrivateMessage } from '../group/open-message.ts';
import { processCommit } from '../group/process-commit.ts';
import type { Proposal } from '../group/proposal.ts';
import { sealApplication } from '../group/send-message.ts';
import { type GroupState, withoutExpired } from '../group/state.ts';
import { joinSuccessor, makeSuccessor } from '../group/successor.ts';
import { attempt, blaming, MlsError, within } from '../mls-error.ts';
import { mlsExporter } from '../schedule/key-schedule.ts';
import { checkBound, decodeEntry, encodeBody, withClosesFlag } from './entry.ts';
import { eraseState } from './erase.ts';
import { checkForm, decodeKeyPackage, readOwnKeyPackage } from './key-packages.ts';
import { MAX_BODY, MAX_PLAINTEXT } from './limits.ts';
import { memberAt, memberOf, viewOf } from './our-commits.ts';
import { ReadAhead } from './read-ahead.ts';
import { changesBetween, type Kept } from './records.ts';
import { checkWelcomed, decodeWelcome, encodeWelcome, welcomed } from './welcomed.ts';

/** What groups share. */
export interface Shared {
  /** The environment of an operation at a time; by default now. */
  readonly at: (time?: number | null) => Environment;
  readonly mayBecomeOthers: boolean;
  readonly maxMembers: number;
}

type Signed = Awaited<ReturnType<typeof openPrivateMessage>>;

export class PolynyaGroup implements Group {
  readonly #shared: Shared;
  /** Undefined once disposed of. */
  #kept: Kept | undefined;
  #members: readonly Member[] | undefined;
  #ahead: ReadAhead | undefined;

  readonly id: Uint8Array;
  readonly epoch: number;
  readonly ownLeaf: number;
  readonly active: boolean;
  readonly epochAuthenticator: Uint8Array;

  constructor(shared: Shared, kept: Kept) {
    this.#shared = shared;
    this.#kept = kept;
    const { context, ownLeaf, secrets } = kept.base;
    this.id = context.groupId.slice();
    this.epoch = Number(context.epoch);
    this.ownLeaf = ownLeaf;
    this.active = kept.member !== null;
    this.epochAuthenticator = secrets.epochAuthenticator.slice();
  }

  static of(shared: Shared, state: GroupState): PolynyaGroup {
    return new PolynyaGroup(shared, { base: state, member: state });
  }

  get members(): readonly Member[] {
    this.#members ??= [...(this.#kept?.base.tree.members() ?? [])].map(({ leafIndex, leaf }) =>
      memberOf(leafIndex, leaf),
    );
    return this.#members;
  }

  #live(): GroupState {
    if (this.#kept === undefined) throw new MlsError('disposed');
    if (this.#kept.member === null) throw new MlsError('removed');
    return this.#kept.member;
  }

  #next(state: GroupState): PolynyaGroup {
    const next = PolynyaGroup.of(this.#shared, state);
    if (state.tree === this.#kept?.base.tree) next.#members = this.#members;
    return next;
  }

  async seal(
    plaintext: Uint8Array,
    authenticatedData: Uint8Array = EMPTY,
  ): Promise<{ group: Group; body: Uint8Array; evidence: Uint8Array }> {
    const state = this.#live();
    if (plaintext.length > MAX_PLAINTEXT) {
      throw new MlsError('invalid-argument', `more than ${MAX_PLAINTEXT} bytes`);
    }
    checkBound(authenticatedData);
    const sealed = await sealApplication(this.#shared.at(), state, plaintext, {
      authenticatedData,
    });
    return {
      group: this.#next(sealed.state),
      body: encodeBody(sealed.message),
      evidence: evidenceOf(sealed.signed, state.context),
    };
  }

  async commit(change: {
    readonly add?: readonly Uint8Array[];
    readonly remove?: readonly number[];
    readonly authenticatedData?: Uint8Array;
  }): Promise<StagedCommit> {
    const state = this.#live();
    const { add = [], remove = [], authenticatedData = EMPTY } = change;
    for (const leaf of remove) memberAt(state.tree, leaf);
    if (remove.includes(this.ownLeaf) || new Set(remove).size < remove.length) {
      throw new MlsError('invalid-argument', 'removes itself, or someone twice');
    }
    checkBound(authenticatedData);
    const proposals: Proposal[] = remove.map((removed) => ({ kind: 'remove', removed }));
    for (const bytes of add) {
      const keyPackage = decodeKeyPackage(bytes);
      checkForm(keyPackage);
      proposals.push({ kind: 'add', keyPackage });
    }
    if (state.tree.memberCount - remove.length + add.length > this.#shared.maxMembers) {
      throw new MlsError('group-full');
    }
    const closes = remove.length > 0;
    const made = await within('invalid-key-package', () =>
      makeCommit(this.#shared.at(), state, {
        proposals,
        path: add.length === 0,
        authenticatedData: withClosesFlag(authenticatedData, closes),
      }),
    );
    return this.#staged(made, closes);
  }

  #staged({ message, staged, current, welcome }: CommitMade, closes: boolean): StagedCommit {
    if (message.format !== 'privateMessage') throw new MlsError('invalid-commit');
    const body = encodeBody(message.privateMessage);
    if (body.length > MAX_BODY) throw new MlsError('too-long');
    return {
      group: this.#next(closes ? { ...staged, past: [] } : staged),
      current: this.#next(current),
      body,
      closes,
      ...(welcome && { welcome: encodeWelcome(welcome) }),
    };
  }

  following(before: Group): Group {
    if (!(before instanceof PolynyaGroup)) throw new MlsError('invalid-argument');
    const latest = before.#live();
    const state = this.#live();
    const past = state.past.map((one) => {
      const { epoch } = one.context;
      const same = [latest, ...latest.past].find(({ context }) => context.epoch === epoch);
      return same === undefined ? one : { ...one, secretTree: same.secretTree };
    });
    return this.#next({ ...state, past });
  }

  async open(entry: Entry, policy: CommitPolicy): Promise<OpenedMessage | OpenedCommit> {
    const state = this.#live();
    if (entry.kind === 'commit' && entry.epoch !== this.epoch) throw new MlsError('wrong-epoch');
    const message = decodeEntry(entry, state.context.groupId);
    const env = this.#shared.at(entry.kind === 'commit' ? entry.time : undefined);
    const opened =
      (await this.#ahead?.take(message, state)) ??
      (await within('cannot-open', () => openPrivateMessage(env, state, message)));
    if (entry.kind === 'commit') return this.#openCommit(env, opened, entry, policy);
    const { sender, body, epoch } = opened.signed.content;
    if (body.kind !== 'application' || sender.kind !== 'member' || !opened.leaf) {
      throw new MlsError('malformed');
    }
    const { context } = [state, ...state.past].find((one) => one.context.epoch === epoch) ?? state;
    const group = this.#next(withoutExpired(opened.state, env.clock, env.past.seconds));
    group.#ahead = this.#ahead;
    return {
      kind: 'message',
      group,
      sender: memberOf(sender.leafIndex, opened.leaf),
      plaintext: body.data,
      evidence: evidenceOf(opened.signed, context),
    };
  }

  readAhead(entries: readonly Entry[]): void {
    const state = this.#kept?.member;
    if (!state) return;
    const messages = entries.flatMap((entry) => {
      try {
        return entry.kind === 'message' ? [decodeEntry(entry, state.context.groupId)] : [];
      } catch {
        // What is malformed is for `open` to refuse.
        return [];
      }
    });
    // One alone has nothing to be beside.
    if (messages.length > 1) this.#ahead = new ReadAhead(this.#shared.at(), state, messages);
  }

  async #openCommit(
    env: Environment,
    { state, signed, leaf }: Signed,
    entry: Entry,
    policy: CommitPolicy,
  ): Promise<OpenedCommit> {
    const { sender, body } = signed.content;
    if (body.kind !== 'commit' || sender.kind !== 'member' || !leaf)
      throw new MlsError('malformed');
    const committer = memberOf(sender.leafIndex, leaf);
    const { mayBecomeOthers, maxMembers } = this.#shared;
    const closes = entry.closes === true;
    const frame = {
      tree: state.tree,
      committer: committer.leaf,
      closes,
      mayBecomeOthers,
      maxMembers,
    };
    return blaming(committer, async () => {
      const view = viewOf(body.commit, frame);
      const processed = await attempt('invalid-commit', () => processCommit(env, state, signed));
      if (!(await attempt('no-verdict', () => policy(view))))
        throw new MlsError('refused-by-policy');
      const common = { kind: 'commit', committer, removed: view.removed } as const;
      const next = processed.state;
      if (next === null) {
        const { context, tree, confirmationTag, ownLeaf } = state;
        const { epochAuthenticator } = state.secrets;
        const base = { context, tree, confirmationTag, ownLeaf, secrets: { epochAuthenticator } };
        const group = new PolynyaGroup(this.#shared, { base, member: null });
        return { ...common, group, added: [], removedUs: true };
      }
      const kept = closes
        ? { ...next, past: [] }
        : withoutExpired(next, env.clock, env.past.seconds);
      const added = processed.applied.added.map(({ leafIndex }) => memberAt(next.tree, leafIndex));
      return { ...common, group: this.#next(kept), added, removedUs: false };
    });
  }

  async export(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    const { exporterSecret } = this.#live().secrets;
    const { suite } = this.#shared.at();
    return attempt('invalid-argument', () =>
      mlsExporter(suite, exporterSecret, label, context, length),
    );
  }

  async branch(
    newGroupId: Uint8Array,
    own: OwnKeyPackage,
    keyPackages: readonly Uint8Array[],
  ): Promise<{ group: Group; welcome: Uint8Array }> {
    const parent = this.#live();
    const env = this.#shared.at();
    const read = await readOwnKeyPackage(env.suite, own);
    const others = keyPackages.map(decodeKeyPackage);
    for (const keyPackage of others) checkForm(keyPackage);
    if (others.length >= this.#shared.maxMembers) throw new MlsError('group-full');
    const made = await within('invalid-key-package', () =>
      makeSuccessor(env, parent, 'branch', newGroupId, read, others),
    );
    return {
      group: PolynyaGroup.of(this.#shared, made.state),
      welcome: encodeWelcome(made.welcome),
    };
  }

  async joinBranch(welcome: Uint8Array, own: OwnKeyPackage): Promise<Group> {
    const parent = this.#live();
    const env = this.#shared.at();
    const decoded = decodeWelcome(welcome);
    const read = await readOwnKeyPackage(env.suite, own);
    const state = await welcomed(() => joinSuccessor(env, parent, 'branch', decoded, read));
    return PolynyaGroup.of(this.#shared, checkWelcomed(state, this.#shared.maxMembers));
  }

  changesSince(before: Group | null): readonly RecordChange[] {
    if (this.#kept === undefined) throw new MlsError('disposed');
    if (before === null) return changesBetween(null, this.#kept);
    if (!(before instanceof PolynyaGroup)) throw new MlsError('invalid-argument');
    return changesBetween(before.#kept ?? null, this.#kept);
  }

  dispose(kept: readonly Group[]): void {
    const member = this.#kept?.member;
    this.#kept = undefined;
    if (!member) return;
    const others = kept.flatMap((group) =>
      group instanceof PolynyaGroup && group.#kept?.member ? [group.#kept.member] : [],
    );
    eraseState(member, others);
  }
}
