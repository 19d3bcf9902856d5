/**
 * What people say, inside the seal: a compact cousin of MIMI content (draft-ietf-mimi-content). The
 * message's id is its entry's id and its sender is the leaf that signed it; neither is repeated here.
 */
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { deviceList } from './device-list.ts';
import { LIMITS } from './limits.ts';
import {
  bool,
  bytes,
  grown,
  type Infer,
  list,
  optional,
  struct,
  text,
  uint,
  variants,
} from './schema.ts';

/** An entry's id, and so a message's. */
const messageId = bytes(16);
/** H("polynya person" ‖ root key), its first 16 bytes. */
const personId = bytes(16);
const mentions = list(personId, 64);
const body = text(16_000);
/** Seconds: a year. */
const LONGEST_TIMER = 31_536_000;

/** A sealed file: where its pieces lie and what opens them. `size` and `hash` (SHA-256) are of the plain bytes. */
export const fileRef = struct({
  name: text(255),
  /** A MIME type; what it says is not trusted. */
  type: text(127),
  size: uint(110_000_000),
  hash: bytes(32),
  blob: bytes(16),
  secret: bytes(32),
  key: bytes(32),
  /** Plain bytes in each piece but the last. */
  pieceSize: uint(LIMITS.piece),
  /** A small WebP or PNG, shown before the file is fetched. */
  thumb: optional(bytes(1, 16_384)),
  width: uint(65_535),
  height: uint(65_535),
  /** Sound and video, milliseconds; 0 for all else. */
  duration: uint(86_400_000),
});
export type FileRef = Infer<typeof fileRef>;

/** How to reach a person outside this conversation. */
export const contactCard = struct({
  identity: bytes(32),
  endpoints: list(text(512), 16),
  inbox: bytes(16),
  /** The contact token: opens the inbox for appending, and the stock of KeyPackages. */
  token: bytes(32),
});
export type ContactCard = Infer<typeof contactCard>;

/** The cards of one person, each of the device with this signature key. */
export const deviceCards = list(struct({ device: bytes(32), card: contactCard }), LIMITS.devices);

/** What the devices of one person tell each other, in the group that they have for themselves (section 9). */
const note = variants('note', {
  /** What the sender is called among them. */
  device: [0, { name: text(64) }],
  /** What the person is called. */
  name: [1, { name: text(64) }],
  block: [2, { person: personId, on: bool }],
  /** The root key is under a phrase now: where the devices keep a backup. */
  backup: [3, { secret: bytes(32) }],
  /** What the person noted about the conversation in `log`. */
  marks: [4, { log: bytes(16), pinned: bool, muted: bool, archived: bool, unread: bool }],
  /** What the person has begun to say there; '': nothing. */
  draft: [5, { log: bytes(16), text: body }],
  /** All of the person's folders of conversations, in their order. */
  folders: [6, { folders: list(struct({ name: text(32), logs: list(bytes(16), 512) }), 16) }],
  /** `by` brought the person into the conversation in `log`, who has answered 0 nothing, 1 yes, 2 no. */
  request: [7, { log: bytes(16), by: personId, answer: uint(2) }],
  /** The safety number was the same, while that person had these devices; none: it was not, or is not to be compared. */
  compared: [8, { person: personId, devices: list(bytes(32), LIMITS.devices) }],
});
export type Note = Infer<typeof note>;

/** What a person says, and what may be wrapped. */
const sayings = {
  text: [0, { text: body, reply: optional(messageId), mentions }],
  file: [4, { file: fileRef, caption: body, reply: optional(messageId), mentions }],
  /** `text` is the question. `several`: more than one answer may be chosen. */
  poll: [15, { text: text(300), options: list(text(100), 12, 2), several: bool }],
} as const;
const saying = variants('kind', sayings);
export type Saying = Infer<typeof saying>;

export const content = variants('kind', {
  ...sayings,
  edit: [1, { target: messageId, text: body, mentions }],
  delete: [2, { target: messageId }],
  /** `emoji` empty takes the sender's reaction back. */
  react: [3, { target: messageId, emoji: text(32) }],
  /** "I have everything up to `delivered`, I have seen everything up to `read`." */
  receipt: [5, { delivered: uint(), read: uint() }],
  title: [6, { title: text(128) }],
  admin: [7, { person: personId, on: bool }],
  leave: [8, {}],
  profile: [9, { name: text(64), card: optional(contactCard) }],
  /** The newest device list of the sender's person. */
  devices: [10, { list: deviceList }],
  /** Counts in a group of own devices only. */
  own: [11, { note }],
  /** A message that its author could not bring into the log, handed in by the sender; `note` as in section 10. */
  carried: [12, { text: body, note: bytes(1, LIMITS.entryBody) }],
  /** What is said, with what goes along: `after` seconds each device lets go of it (0: never). */
  wrapped: [13, { text: body, after: uint(LONGEST_TIMER), forwarded: bool, said: saying }],
  /** From now on messages are wrapped with this `after`. */
  timer: [14, { text: body, after: uint(LONGEST_TIMER) }],
  /** Indexes of a poll's options, ascending; none takes the vote back. */
  vote: [16, { text: body, target: messageId, options: list(uint(11), 12) }],
  /** By the sender of the poll only: later votes do not count. */
  close: [17, { text: body, target: messageId }],
  /** A record of a server's endpoints, signed by it. */
  record: [18, { text: body, record: bytes(1, LIMITS.record + 128) }],
  /** As `wrapped`, and nobody is to be called by it; `text` is how what is said begins. */
  silent: [19, { text: body, after: uint(LONGEST_TIMER), forwarded: bool, said: saying }],
  /** A message is kept at the top of the chat, or is no more. */
  pin: [20, { text: body, target: messageId, on: bool }],
});
export type KnownContent = Infer<typeof content>;
/** A part of a later version: its first field is text that anyone can read. */
export interface UnknownContent {
  readonly kind: 'unknown';
  readonly text: string;
}
export type Content = KnownContent | UnknownContent;

const frame = struct({
  /** Seconds since 1970, by the sender's clock. */
  at: uint(),
  /** The last entry its sender had processed, and the first 6 bytes of the running hash there. */
  seq: uint(),
  hash: bytes(6),
  /** Of the epoch and its admins, as the sender knows them: docs/protocol.md section 8. */
  authenticator: bytes(4),
  body: { encode: (cbor: Cbor) => cbor, decode: (cbor: Cbor) => cbor },
});
export type Message = Omit<Infer<typeof frame>, 'body'> & { body: Content };

/** The plaintext of an MLS application message. */
export function encodeMessage(message: Message & { body: KnownContent }): Uint8Array {
  return encodeCbor(frame.encode({ ...message, body: content.encode(message.body) }));
}

/** Throws ProtocolError 'malformed'; a well-formed part of an unknown kind becomes its readable text. */
export function decodeMessage(plaintext: Uint8Array): Message {
  const message = frame.decode(decodeCbor(plaintext));
  return { ...message, body: decodeContent(message.body) };
}

const FIRST_UNKNOWN = 21;

function decodeContent(cbor: Cbor): Content {
  if (Array.isArray(cbor) && typeof cbor[0] === 'number' && cbor[0] >= FIRST_UNKNOWN) {
    const readable = typeof cbor[1] === 'string' ? cbor[1] : '';
    // The cut may halve a surrogate pair, which CBOR could not say again.
    return { kind: 'unknown', text: readable.slice(0, 16_000).toWellFormed() };
  }
  return content.decode(cbor);
}

const person = struct({
  root: bytes(32),
  name: text(64),
  admin: bool,
  cards: deviceCards,
  /** Person id of whose invite they came by. */
  by: optional(personId),
  /** Asked to leave; the removal is still to come. */
  leaving: bool,
});

const everything = struct({
  /** A conversation of two; the title is then the other's name. */
  direct: bool,
  /** A person's own devices, and nobody else. */
  self: bool,
  title: text(128),
  inviter: personId,
  people: list(person, 256),
  /** Seats that someone came by and that stand still. */
  cameBy: list(struct({ leaf: uint(), person: personId }), 128),
  /** Seconds after which what is said goes; 0: it stays. */
  timer: uint(LONGEST_TIMER),
});
/** What an inviter knows of a conversation, given to whoever joins by it (docs/protocol.md, section 7). */
export const about = grown(everything, 7, 0);
export type About = Infer<typeof about>;

/** A message that a device missed, as it stood when a member sent it again; `seq` in the log, `at` as its sender said. */
const missedMessage = struct({
  seq: uint(),
  id: messageId,
  sender: personId,
  at: uint(),
  content,
  /** What shows that the sender said so; null: the member's word only. */
  evidence: optional(bytes(1, LIMITS.entryBody)),
});
export type MissedMessage = Infer<typeof missedMessage>;

/** The plaintext of a seat's blob, or of the blob that a Welcome letter points to. */
export const welcome = struct({
  welcome: bytes(1, 524_288),
  log: bytes(16),
  /** Of the Commit that made the place: its seq, and the running hash there. */
  seq: uint(),
  hash: bytes(32),
  about,
  /** Of a seat: its credential, from which and the invite's secret the seat's KeyPackage is made again. */
  credential: optional(bytes(1, LIMITS.credential)),
  /** For a device that is let in again: what it missed, the oldest first. */
  missed: list(missedMessage, 1_024),
});
export type WelcomePackage = Infer<typeof welcome>;
