/**
 * What the rest of Polynya may know of MLS (RFC 9420): groups, members, Commits, and bytes. Types only.
 * No type of the library behind it crosses this line, so that another engine can take its place.
 */

/** An Ed25519 key pair: 32 bytes each, the private one being the seed of RFC 8032. */
export interface SignatureKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** A KeyPackage of this device (RFC 9420 section 10), and what only this device holds of it. */
export interface OwnKeyPackage {
  readonly keyPackage: Uint8Array;
  /** The private part, serialised. Store it sealed; forget it once joined, unless it is a last resort. */
  readonly secrets: Uint8Array;
  /** KeyPackageRef (RFC 9420 section 5.2): the name under which a Welcome addresses this KeyPackage. */
  readonly ref: Uint8Array;
}

/** Who stands, or would stand, in a leaf. */
export interface Identity {
  readonly credential: Uint8Array;
  readonly signatureKey: Uint8Array;
}

/** A leaf of the tree that is not blank. */
export interface Member extends Identity {
  readonly leaf: number;
}

/** Who would stand in a leaf by a KeyPackage, which its init key tells from all others. */
export interface Newcomer extends Identity {
  readonly initKey: Uint8Array;
}

/** A verified KeyPackage. Times are seconds since 1970. */
export interface InspectedKeyPackage extends Newcomer {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly lastResort: boolean;
  readonly ref: Uint8Array;
}

/** RFC 9750's Authentication Service: may this credential stand beside this signature key? */
export interface AuthenticationService {
  accepts(credential: Uint8Array, signatureKey: Uint8Array): Promise<boolean>;
  /** May the member of a leaf go on as another, or under another signature key? Without this, nobody may. */
  mayBecome?(before: Identity, after: Identity): Promise<boolean>;
}

/** A Commit whose signature holds, before it is applied. */
export interface CommitView {
  readonly committer: Member;
  readonly added: readonly Newcomer[];
  readonly removed: readonly Member[];
  readonly closes: boolean;
}

/** Whether a Commit is lawful here. False: `refused-by-policy`, and nothing changes. */
export type CommitPolicy = (commit: CommitView) => boolean;

/**
 * An entry of a log. `epoch` is the entry's, `closes` the flag of a Commit, both as the server told them;
 * `authenticatedData` is what its maker bound to it (RFC 9420 section 6.1) and does not travel in the body.
 */
export interface Entry {
  readonly kind: 'message' | 'commit';
  readonly epoch: number;
  readonly body: Uint8Array;
  readonly authenticatedData?: Uint8Array;
  readonly closes?: boolean;
  /**
   * When the log took the entry, in seconds since 1970. The lifetimes of what a Commit adds are judged by it, so that
   * whoever reads late does not refuse what was alive then. Default: now. null: nobody knows; the lifetimes are not
   * judged, because members who judged them each by their own clock would part.
   */
  readonly time?: number | null;
}

export interface OpenedMessage {
  readonly kind: 'message';
  readonly group: Group;
  readonly sender: Member;
  readonly plaintext: Uint8Array;
  /** Shows to others who said it: see `Engine.verifyEvidence`. */
  readonly evidence: Uint8Array;
}

/** What a member said, as its signature shows. */
export interface Evidence {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly leaf: number;
  /** What its maker bound to the entry. */
  readonly authenticatedData: Uint8Array;
  readonly plaintext: Uint8Array;
}

export interface OpenedCommit {
  readonly kind: 'commit';
  readonly group: Group;
  readonly committer: Member;
  readonly added: readonly Member[];
  readonly removed: readonly Member[];
  /** `group` then stays at the last epoch it had, holds no secret, and `added` is empty. */
  readonly removedUs: boolean;
}

/** `group` is staged: use it once the log took `body` as a Commit of this epoch, else drop it. */
export interface StagedCommit {
  readonly group: Group;
  /**
   * The group as it is meanwhile, and goes on if the Commit is not taken: the generation that the Commit was sealed
   * under is used. Store it with the staged one.
   */
  readonly current: Group;
  readonly body: Uint8Array;
  /** True exactly if someone is removed; to be told to the server as the entry's flag. */
  readonly closes: boolean;
  readonly welcome?: Uint8Array;
}

/** A small piece of a group as it is stored. null: there is none under that name any more. */
export interface RecordChange {
  readonly name: string;
  readonly value: Uint8Array | null;
}

/** A group as it is stored, by name. */
export type GroupRecords = ReadonlyMap<string, Uint8Array>;

export interface KeyPackageOptions {
  /** Opaque to MLS (a basic credential); a function of the signature key where it has to bind to it. */
  readonly credential:
    | Uint8Array
    | ((signaturePublicKey: Uint8Array) => Uint8Array | Promise<Uint8Array>);
  /** Default: derived from the seed. */
  readonly signatureKey?: SignatureKey;
  /** 32 bytes from which every key derives, so that the same inputs give the same KeyPackage. Default: random. */
  readonly seed?: Uint8Array;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly lastResort?: boolean;
}

/** Every failure is an `MlsError`. */
export interface Engine {
  keyPackage(options: KeyPackageOptions): Promise<OwnKeyPackage>;
  /** Verifies signatures, lifetime, suite and credential of a KeyPackage. */
  inspect(keyPackage: Uint8Array): Promise<InspectedKeyPackage>;
  /** A group of one, at epoch 0. */
  create(groupId: Uint8Array, own: OwnKeyPackage): Promise<Group>;
  /** From a Welcome that carries the ratchet tree and no pre-shared key. */
  join(welcome: Uint8Array, own: OwnKeyPackage): Promise<Group>;
  /** @throws MlsError `malformed`, `other-version` for what an engine of another version stored */
  restore(records: GroupRecords): Group;
  /**
   * Whether the holder of `signatureKey` said something, where and when; whose key that is, and that it stood in that
   * leaf then, is the caller's to know. @throws MlsError `malformed`, `cannot-open`
   */
  verifyEvidence(signatureKey: Uint8Array, evidence: Uint8Array): Promise<Evidence>;
  /**
   * Seals to the init key of a KeyPackage (RFC 9420 section 5.1.3, EncryptWithLabel), whose owner opens it with
   * the same label and context. Whose it is, is `inspect`'s to say.
   */
  sealTo(
    keyPackage: Uint8Array,
    label: string,
    context: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<Uint8Array>;
  openSealed(
    own: OwnKeyPackage,
    label: string,
    context: Uint8Array,
    sealed: Uint8Array,
  ): Promise<Uint8Array>;
}

/**
 * One epoch of a group as one member holds it: an immutable value. Every operation returns a new Group and
 * leaves this one as it was, so that Commits can be staged and dropped. All but `changesSince`, `dispose` and the
 * plain properties throw `removed` once this member is removed.
 */
export interface Group {
  readonly id: Uint8Array;
  readonly epoch: number;
  readonly ownLeaf: number;
  /** In the order of their leaves. */
  readonly members: readonly Member[];
  /** False once this member was removed. */
  readonly active: boolean;
  /** The same for all members of this epoch (RFC 9420 section 8.7). */
  readonly epochAuthenticator: Uint8Array;

  /** Store the new group before `body` leaves: a generation must never be used twice. */
  seal(
    plaintext: Uint8Array,
    authenticatedData?: Uint8Array,
  ): Promise<{ readonly group: Group; readonly body: Uint8Array; readonly evidence: Uint8Array }>;
  /** With neither `add` nor `remove`: new keys for the own leaf and its path. */
  commit(change: {
    readonly add?: readonly Uint8Array[];
    readonly remove?: readonly number[];
    readonly authenticatedData?: Uint8Array;
  }): Promise<StagedCommit>;
  /**
   * Of a staged group, when its Commit is taken: the same, with what `before` opened since it was staged. Without
   * this the messages of that time, whose keys are used up in `before`, would open once more.
   */
  following(before: Group): Group;
  /** Opens another member's entry. The own ones come back as `own-entry`: their group was staged. */
  open(entry: Entry, policy: CommitPolicy): Promise<OpenedMessage | OpenedCommit>;
  /**
   * These messages are to be opened next, in this order: begins to, so that their signatures are verified side by
   * side. It says nothing of them and changes nothing; only `open` is faster.
   */
  readAhead(entries: readonly Entry[]): void;
  /** MLS-Exporter (RFC 9420 section 8.5). `length` in bytes. */
  export(label: string, context: Uint8Array, length: number): Promise<Uint8Array>;

  /**
   * A new group from this epoch (RFC 9420 section 11.3) with those KeyPackages' owners, at epoch 1, proving by a
   * resumption PSK that its maker stood here. Whether its members are the right ones is the caller's to see.
   */
  branch(
    newGroupId: Uint8Array,
    own: OwnKeyPackage,
    keyPackages: readonly Uint8Array[],
  ): Promise<{ readonly group: Group; readonly welcome: Uint8Array }>;
  /** Joins a branch of this epoch; refuses a Welcome that does not prove to be one. */
  joinBranch(welcome: Uint8Array, own: OwnKeyPackage): Promise<Group>;

  /**
   * What turns the records of `before` into those of this group: few and small where one follows from the other,
   * all of them for null. A staged group can be kept as what differs from the group that it is staged on.
   */
  changesSince(before: Group | null): readonly RecordChange[];
  /** Overwrites the secrets of this group that none of `kept` still holds. It does nothing any more afterwards. */
  dispose(kept: readonly Group[]): void;
}
