/**
 * What a client asks of a server, and what it gets (docs/protocol.md, "Requests"). Every request is
 * idempotent: a client that hears nothing asks again, over whatever carrier works.
 */
import type { Cbor } from './cbor.ts';
import { LIMITS } from './limits.ts';
import {
  bool,
  bytes,
  type Codec,
  type Infer,
  list,
  optional,
  orNull,
  struct,
  text,
  uint,
  variants,
} from './schema.ts';

/** A number that the client gives to a log it opened, for this session only. */
const n = uint(0xffff_ffff);
const id = bytes(16);
/** What a push subscription is left under: a device's id in a group (16 bytes), or a contact token of an inbox (32). */
const subscriber = bytes(16, 32);
/** What opens a log or blob: 32 secret bytes; the server keeps their SHA-256. */
const secret = bytes(32);
const hash = bytes(32);
const seq = uint();
const epoch = uint();

/** What the server can tell about an entry without opening it. */
export const ENTRY_KINDS = { message: 0, commit: 1, letter: 2 } as const;

export const newEntry = struct({
  /** 16 random bytes; a repeat is answered with the first seq. */
  id,
  epoch,
  body: bytes(1, LIMITS.entryBody),
});
export type NewEntry = Infer<typeof newEntry>;

/** For a Commit: whether it removes someone, and the hash of the next epoch's capability. */
const turn = struct({ closes: bool, next: hash });
export type Turn = Infer<typeof turn>;

export const entry = struct({
  seq,
  kind: uint(2),
  epoch,
  id,
  body: bytes(0, LIMITS.entryBody),
  turn: optional(turn),
});
export type Entry = Infer<typeof entry>;

export const request = variants('op', {
  /** Names a log by a number for this session and shows the secret that opens it. */
  open: [1, { n, log: id, secret }],
  /** Appends a batch of messages (or letters to an inbox): all, in this order, or none. */
  append: [2, { n, entries: list(newEntry, LIMITS.batch, 1) }],
  /** Appends a Commit if the log's epoch is still `entry.epoch`. */
  commit: [3, { n, entry: newEntry, turn }],
  /** Entries from `from` on, at most `bytes` of bodies, at least one entry if there is one. */
  read: [4, { n, from: seq, bytes: uint(LIMITS.envelope) }],
  /** From now on, push what is appended. Answered like `open`. Repeat it as a heartbeat. */
  watch: [5, { n }],
  unwatch: [6, { n }],
  /** Hands `body` to whoever watches; stored nowhere. */
  signal: [7, { n, body: bytes(1, LIMITS.signal) }],
  /** Makes a log. For a group `secret`'s hash is the capability of epoch 0, for an inbox its owner's. */
  create: [8, { log: id, kind: uint(1), hash, allowance: secret }],
  /** Owner of an inbox: lets the holder of a contact token append to it. */
  allow: [9, { n, hash, perHour: uint(3_600) }],
  revoke: [10, { n, hash }],
  /** Owner: sealed KeyPackages for the holder of one contact token; each is handed out once, `last` again and again. */
  stock: [
    11,
    {
      n,
      hash,
      packages: list(bytes(1, LIMITS.keyPackage), LIMITS.stock),
      last: optional(bytes(1, LIMITS.keyPackage)),
    },
  ],
  /** Holder of a contact token: one sealed KeyPackage. The same `id` gets the same one again for an hour. */
  take: [12, { n, id }],
  blob: [13, { blob: id, hash, drop: hash, pieces: uint(LIMITS.pieces), allowance: secret }],
  /** One piece. A piece once stored never changes. */
  put: [14, { blob: id, secret, index: uint(LIMITS.pieces - 1), body: bytes(1, LIMITS.piece) }],
  get: [15, { blob: id, secret, index: uint(LIMITS.pieces - 1) }],
  /** How many pieces there should be, and a bitmap of those that are there (bit i of byte i >> 3). */
  stat: [16, { blob: id, secret }],
  drop: [17, { blob: id, secret }],
  /** Spends an invite to the server on a new allowance, whose secret the client chose. */
  admit: [18, { invite: secret, allowance: secret }],
  /** Makes an invite to the server out of one's own allowance; `until` in seconds since 1970. */
  grant: [19, { allowance: secret, hash, uses: uint(1_000), until: uint() }],
  /** What is left of an allowance. */
  allowance: [20, { allowance: secret }],
  /** More handles for more connections of this session. */
  handles: [21, { count: uint(8) }],
  /** Holds back the answer to a POST until there is something to push, at most `ms`. */
  linger: [22, { ms: uint(60_000) }],
  /** Ends the session: its keys are forgotten. */
  bye: [23, {}],
  /** A withdrawn invite to the server: `hash` was given to `grant`. */
  withdraw: [24, { allowance: secret, hash }],
  /** The record of endpoints that is for this client, if there is one above `serial`; `knows` by `endpointHash`. */
  endpoints: [25, { allowance: secret, knows: list(id, LIMITS.endpoints), serial: uint() }],
  /** A volunteer takes so many more people, from now on; 0: nobody. Offers come as signals of number 0. */
  lend: [26, { allowance: secret, places: uint(16) }],
  /** Hands an offer to one volunteer and brings its answer. */
  meet: [27, { allowance: secret, offer: bytes(1, LIMITS.meeting) }],
  /** A volunteer's answer to the offer of this id. */
  accept: [28, { id, answer: bytes(1, LIMITS.meeting) }],
  /** The key by which the server sends Web Push (RFC 8292); empty: it sends none. */
  pushKey: [29, {}],
  /** This client is told of what comes to the log while it is away, by a push service (RFC 8030). */
  subscribe: [
    30,
    { n, id: subscriber, endpoint: text(LIMITS.pushEndpoint), key: bytes(65), auth: bytes(16) },
  ],
  unsubscribe: [31, { n, id: subscriber, auth: bytes(16) }],
  /** What was just said is worth waking for; `except`: subscriptions that are the sender's own. */
  wake: [32, { n, except: list(id, LIMITS.devices) }],
  /** Asks what `endpoints` asks, and from now on to be told in this session whenever that record names other endpoints. */
  follow: [33, { allowance: secret, knows: list(id, LIMITS.endpoints), serial: uint() }],
});
export type Request = Infer<typeof request>;
export type Op = Request['op'];

/** The state of an opened log. */
const logState = struct({
  /** seq of the last entry, 0 when there is none. */
  head: seq,
  /** The least seq that retention has left. */
  first: seq,
  epoch,
  /** 0 a group's capability, 1 an inbox's owner, 2 a contact token. */
  role: uint(2),
  /** The highest epoch whose entries this secret opens; null: no bound. */
  upTo: optional(epoch),
  /** Owner of an inbox: hashes of the contact tokens whose stock of KeyPackages has run out. */
  low: list(hash, 256),
});
export type LogState = Infer<typeof logState>;

const nothing = struct({});
const shelfRecord = struct({ record: bytes(0, LIMITS.record + 128) });
const handle = struct({ handle: bytes(16), token: bytes(16) });
export type Handle = Infer<typeof handle>;

/** The answer to each request. */
export const results = {
  open: logState,
  append: struct({ seqs: list(seq, LIMITS.batch) }),
  commit: struct({ seq }),
  read: struct({ entries: list(entry, 4_096), head: seq, first: seq }),
  watch: logState,
  unwatch: nothing,
  signal: nothing,
  create: nothing,
  allow: nothing,
  revoke: nothing,
  stock: nothing,
  take: struct({ package: optional(bytes(1, LIMITS.keyPackage)) }),
  blob: nothing,
  put: nothing,
  get: struct({ body: bytes(1, LIMITS.piece) }),
  stat: struct({ pieces: uint(LIMITS.pieces), present: bytes(0, LIMITS.pieces / 8) }),
  drop: nothing,
  admit: nothing,
  grant: nothing,
  allowance: struct({ logs: uint(), bytes: uint(), invites: uint(), until: uint() }),
  handles: struct({ handles: list(handle, 8) }),
  linger: nothing,
  bye: nothing,
  withdraw: nothing,
  endpoints: shelfRecord,
  lend: nothing,
  meet: struct({ answer: bytes(1, LIMITS.meeting) }),
  accept: nothing,
  pushKey: struct({ key: bytes(0, 65) }),
  subscribe: nothing,
  unsubscribe: nothing,
  wake: nothing,
  follow: shelfRecord,
} as const satisfies Record<Op, unknown>;
export type Result<O extends Op> = Infer<(typeof results)[O]>;

const anything: Codec<Cbor> = { encode: (cbor) => cbor, decode: (cbor) => cbor };

/** Of one push. */
export const pushedEntries = list(entry, 64);

/** What comes down in an envelope: answers, refusals, pushes, signals. */
export const item = variants('item', {
  /** `value` is decoded with the result codec of the request that has this id. */
  answer: [0, { id: uint(), value: anything }],
  refusal: [1, { id: uint(), code: uint(255), retryAfter: uint(86_400_000), note: text(200) }],
  /** New entries of a watched log, in order; a client that sees a gap reads. */
  push: [2, { n, entries: pushedEntries }],
  /** The head of a watched log moved, but what was appended does not come along: read. */
  nudge: [3, { n, head: seq }],
  signal: [4, { n, body: bytes(1, LIMITS.signal) }],
  /** To who asked by `follow`: the record of their shelf, which names other endpoints now. */
  record: [5, { record: bytes(1, LIMITS.record + 128) }],
});
export type Item = Infer<typeof item>;
/** What comes down unasked. */
export type PushItem = Exclude<Item, { item: 'answer' | 'refusal' }>;
/** Of it, what is about an opened log, which `n` names; offers to a volunteer besides (`n` 0). */
export type LogItem = Exclude<PushItem, { item: 'record' }>;

/** One request as it travels: an id, unique in its session, and the request. */
export const call = struct({ id: uint(), request });
export type Call = Infer<typeof call>;

/** A call as a server takes it; `request` is null for one that is malformed or of a later version. */
export interface ReceivedCall {
  readonly id: number;
  readonly request: Request | null;
}

/** Reads one call of `receivedFlight` or `receivedUp` by itself; null if not even its id can be read. */
export function receiveCall(cbor: Cbor): ReceivedCall | null {
  const id = orNull(uint(), Array.isArray(cbor) ? cbor[0] : undefined);
  return id === null ? null : { id, request: orNull(call, cbor)?.request ?? null };
}

const flightWith = <T>(calls: Codec<T>) =>
  struct({
    versions: list(uint(), 8, 1),
    /** X25519 public key, mixed in by the first reply. */
    share: bytes(32),
    calls: list(calls, LIMITS.items),
  });

/** The plaintext of a first flight. */
export const firstFlight = flightWith(call);
/** The same as a server takes it: one call that does not decode costs no other. */
export const receivedFlight = flightWith(anything);

/** The plaintext of the first reply. `version` 0: none is shared, and `versions` says which the server speaks. */
export const firstReply = struct({
  version: uint(),
  versions: list(uint(), 8, 1),
  /** The server's clock, milliseconds since 1970. */
  time: uint(),
  /** The build of the page that this server serves; empty if it serves none. */
  build: text(64),
  handles: list(handle, 8),
  items: list(item, LIMITS.items),
});
export type FirstReply = Infer<typeof firstReply>;

const upWith = <T>(calls: Codec<T>) => struct({ seq: uint(), calls: list(calls, LIMITS.items) });

export const up = upWith(call);
/** The same as a server takes it. */
export const receivedUp = upWith(anything);
export const down = struct({ seq: uint(), items: list(item, LIMITS.items) });
