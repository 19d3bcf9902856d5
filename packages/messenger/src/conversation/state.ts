/** What a device keeps of one conversation beside its MLS group: one record, written whole. */
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { deviceCards } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import {
  bool,
  bytes,
  type Codec,
  grown,
  type Infer,
  list,
  optional,
  struct,
  text,
  uint,
} from '@polynya/protocol/schema';

const RECORD_VERSION = 3;
/** Hashes that are remembered, so that others' (seq, hash) can be compared with ours. */
export const REMEMBERED = 256;
/** Bytes of a running hash that a message carries. */
export const HASH_PREFIX = 6;

function choice<const T extends string>(names: readonly T[]): Codec<T> {
  const number = uint(names.length - 1);
  return {
    encode: (name) => number.encode(names.indexOf(name)),
    decode: (cbor) => names[number.decode(cbor)] as T,
  };
}

const person = struct({
  root: bytes(32),
  name: text(64),
  admin: bool,
  /** Was an admin when the epoch began: what such a one commits in this epoch was lawful when it was made. */
  wasAdmin: bool,
  /** How to reach each of their devices. */
  cards: deviceCards,
  /** Person id of whose invite they came by. */
  by: optional(bytes(16)),
  /** Asked to leave, and stands in the group still. */
  leaving: bool,
  /** A device of theirs stands in the group. Those who went are kept for their names. */
  here: bool,
});
export type Person = Infer<typeof person>;

/** A KeyPackage of this device, as packages/mls keeps it. */
export const ownKeyPackage = struct({
  keyPackage: bytes(1, LIMITS.keyPackage),
  secrets: bytes(1, LIMITS.keyPackage),
  ref: bytes(1, 64),
});

const pending = struct({
  id: bytes(16),
  epoch: uint(),
  body: bytes(1, LIMITS.entryBody),
  closes: bool,
  next: bytes(32),
  welcome: optional(bytes(1, 524_288)),
  /** Ids of the handovers that the Welcome is for. */
  handovers: list(bytes(16), 32),
  /** A joiner's own device: what its Welcome is opened with. */
  own: optional(ownKeyPackage),
  /** As the state's. */
  replaced: list(bytes(16), 32),
});
export type PendingCommit = Infer<typeof pending>;

const sealedItem = struct({
  id: bytes(16),
  epoch: uint(),
  body: bytes(1, LIMITS.entryBody),
  /** SHA-256 of the bodies under which it left before, any of which the log may have taken after all. */
  earlier: list(bytes(32), 8),
  /** CBOR of the content, for sealing it anew in a later epoch. */
  content: bytes(1, LIMITS.entryBody),
  /** ms */
  at: uint(),
  /** Key of its outbox row; '' for what was never there (receipts). */
  row: text(64),
});
export type SealedItem = Infer<typeof sealedItem>;

const fields = {
  version: uint(RECORD_VERSION),
  server: bytes(32),
  log: bytes(16),
  phase: choice(['active', 'joining', 'left', 'removed', 'stopped']),
  trouble: choice(['', 'unlawful-commit', 'server-lies', 'lost-state', 'roles-differ']),
  direct: bool,
  /** The group of this person's own devices. */
  self: bool,
  title: text(128),
  /** ms; for the order of chats while nothing was said. */
  since: uint(),
  /** The last entry processed, and the running hash there. */
  cursor: uint(),
  hash: bytes(32),
  /** The first bytes of the running hashes of the last entries, `cursor`'s the last. */
  recent: bytes(0, REMEMBERED * HASH_PREFIX),
  /** The epoch in which this device came: earlier messages are not for it. */
  firstEpoch: uint(),
  people: list(person, 512),
  /** Seats that someone came by. */
  cameBy: list(struct({ leaf: uint(), person: bytes(16) }), 128),
  pending: optional(pending),
  batch: list(sealedItem, LIMITS.batch),
  /** The secret of the invite by which this device joins, until nothing is left to tidy. */
  invite: optional(bytes(32)),
  /** What our last receipt said, and what the next one will. */
  told: struct({ delivered: uint(), read: uint() }),
  seen: struct({ delivered: uint(), read: uint() }),
  /** Own contact token for these people. */
  token: bytes(32),
  /** The log is on the server. */
  created: bool,
  /** ms: when KeyPackages were last put in stock for the token; 0: never. */
  stocked: uint(),
  /** Our name and card are on their way to, or known by, these people. */
  introduced: bool,
  /** ms of the last own update of the leaf, own messages since. */
  healed: uint(),
  sinceHealed: uint(),
  /** Entries that could not be opened. */
  undecryptable: uint(),
  /** Devices that were let in again, the latest last: of each KeyPackage used, a hash of its init key. */
  replaced: list(bytes(16), 64),
  /** What the timeline adds to seqs of this log: the entries of the logs that this conversation had before. */
  base: uint(),
  /**
   * Of a conversation that a Commit stopped: whose it was, if a signature says so; when it was seen (ms); and whether
   * all others must see it alike, which they need not where it did not open here.
   */
  bad: optional(struct({ by: optional(bytes(16)), at: uint(), sure: bool })),
  /** Of a conversation that goes on in a branch (recovery/branch.ts). */
  refounded: optional(
    struct({
      /** The log that it left, and the bad Commit there. */
      log: bytes(16),
      seq: uint(),
      by: optional(bytes(16)),
      people: list(person, 512),
      /** The founder's leaf there: a branch of a lower one wins. */
      founder: uint(),
      /** Breaks in a row, this one included. */
      times: uint(),
      /** ms */
      at: uint(),
    }),
  ),
  /** Seconds after which what is said goes; 0: it stays. */
  timer: uint(),
} as const;
const codec = grown(struct(fields), Object.keys(fields).length, 0);
export type ConversationState = Readonly<Infer<typeof codec>>;
export type Phase = ConversationState['phase'];

export function encodeState(state: ConversationState): Uint8Array {
  return encodeCbor(codec.encode(state));
}

/** Throws ProtocolError 'malformed'. */
export function decodeState(stored: Uint8Array): ConversationState {
  return codec.decode(decodeCbor(stored));
}

/** A conversation of which nothing has been read. */
export function blankState(
  known: Pick<
    ConversationState,
    'server' | 'log' | 'phase' | 'direct' | 'title' | 'since' | 'token'
  > &
    Pick<ConversationState, 'cursor' | 'hash' | 'firstEpoch' | 'people'>,
): ConversationState {
  return {
    version: RECORD_VERSION,
    trouble: '',
    self: false,
    recent: known.hash.slice(0, HASH_PREFIX),
    cameBy: [],
    pending: null,
    batch: [],
    invite: null,
    told: { delivered: known.cursor, read: known.cursor },
    seen: { delivered: known.cursor, read: known.cursor },
    created: true,
    stocked: 0,
    introduced: false,
    healed: known.since,
    sinceHealed: 0,
    undecryptable: 0,
    replaced: [],
    base: 0,
    bad: null,
    refounded: null,
    timer: 0,
    ...known,
  };
}

/** The first bytes of our running hash at `seq`; null if that is not remembered. */
export function hashAt({ cursor, recent }: ConversationState, seq: number): Uint8Array | null {
  const end = recent.length - (cursor - seq) * HASH_PREFIX;
  if (seq > cursor || end < HASH_PREFIX) return null;
  return recent.slice(end - HASH_PREFIX, end);
}
