/**
 * What a view (page, terminal, bot) may ask of the messenger. Plain values only, so that it crosses a
 * worker's boundary; ids are lower-case hex. The messenger never knows a screen.
 */
import type { ChatsFacade } from './chats-api.ts';
import type { DevicesFacade, DevicesView, RemovedView } from './devices-api.ts';
import type { ChatEvent, PollView } from './message-parts.ts';
import type { NearFacade, NearView } from './near-api.ts';

export type ChatId = string;
export type MessageId = string;
export type PersonId = string;

/** Why something a person asked for could not be done; the view has the words. */
export type ProblemCode =
  | 'invite-malformed'
  | 'invite-version'
  | 'invite-used'
  | 'invite-own'
  | 'unknown-server'
  | 'not-registered'
  | 'already-member'
  | 'not-a-member'
  | 'not-allowed'
  | 'group-full'
  | 'too-big'
  | 'too-long'
  | 'storage-full'
  | 'server-full'
  | 'quota'
  | 'rate'
  | 'offline'
  | 'not-found'
  | 'no-contact'
  | 'corrupt'
  | 'version'
  /** The code that links a device was used, has expired or was taken back; or the digits were not the same. */
  | 'link-over'
  | 'phrase-wrong'
  /** The root key is not on this device. */
  | 'no-root'
  | 'failed';

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  constructor(code: ProblemCode, message: string = code) {
    super(message);
    this.code = code;
  }
}

export interface AppStatus {
  /** null before `register`. `tag` tells people of one name apart: four hex digits of the person id. */
  readonly me: { readonly person: PersonId; readonly name: string; readonly tag: string } | null;
  readonly line: 'offline' | 'connecting' | 'online';
  /** The line is up, and not everything has come yet that was there when it came up. */
  readonly syncing: boolean;
  /** How much of what was typed, uploaded or owed to those who were added the server does not have yet. */
  readonly sending: number;
  /** This device's clock minus the server's, ms, when it is off by more than five minutes; else null. */
  readonly clockOff: number | null;
  /** The device refused to store something for want of space. */
  readonly storageFull: boolean;
  /** The build of the page that the server serves now; '' while unknown. */
  readonly build: string;
  /** No protocol version is shared with the server. */
  readonly outdated: boolean;
  /** Carrier and endpoint in use, with a space between; null while there is no line. */
  readonly way: string | null;
  /** URLs of the server itself, as far as is known, without those of bridges. */
  readonly endpoints: readonly string[];
  readonly unread: number;
  /** This device was taken out of its person's list. */
  readonly removed: RemovedView | null;
  /** Chats whose messages come and go past the server now, because their members are near (count). */
  readonly near: number;
}

export type ChatState =
  | 'active'
  | 'joining'
  /** Somebody whom this person has not met brought them in: until they accept, nobody there hears anything of them. */
  | 'request'
  /** We left, or were removed. */
  | 'left'
  | 'removed'
  /** A member's device or the server broke the rules, or this device lost its state: see `trouble`. */
  | 'stopped';

/** What a person noted about a chat for themselves. Their own other devices are told, and nobody else. */
export interface ChatMarks {
  readonly pinned: boolean;
  /** Its messages do not count as unread ones of this person, and nothing calls for them. */
  readonly muted: boolean;
  readonly archived: boolean;
  /** To be read again. */
  readonly unread: boolean;
}
export type ChatMark = Partial<ChatMarks>;

/** A part of the list of chats. A chat may be in several. */
export interface Folder {
  readonly name: string;
  readonly chats: readonly ChatId[];
}

export interface Draft {
  readonly chat: ChatId;
  readonly text: string;
}

export interface ChatSummary {
  readonly chat: ChatId;
  readonly direct: boolean;
  /** "Saved messages": the chat of this person's own devices. Its title is ''. */
  readonly saved: boolean;
  readonly title: string;
  /** The other person's, where another chat of two has a title like it. */
  readonly tag: string | null;
  readonly state: ChatState;
  /** The other person of a direct chat, once there. */
  readonly peer: PersonId | null;
  readonly blocked: boolean;
  readonly marks: ChatMarks;
  readonly last: {
    readonly sender: string;
    readonly mine: boolean;
    readonly text: string;
    readonly at: number;
    readonly state: SendState | null;
    /** Nobody is to be called by it. */
    readonly silent: boolean;
  } | null;
  readonly unread: number;
  readonly mentioned: boolean;
  readonly typing: readonly string[];
  /** ms, for sorting. */
  readonly at: number;
}

/**
 * same: safety numbers were compared, and were the same; new-device: so they were, and a device of theirs came since;
 * namesake: they were not with this person, but with another who has a name like it; null: none of these.
 */
export type Compared = 'same' | 'new-device' | 'namesake' | null;

export interface PersonView {
  readonly person: PersonId;
  readonly name: string;
  /** Four hex digits of the person id, shown where two people share a name. */
  readonly tag: string;
  /** Another person of the chat has a name like it. */
  readonly namesake: boolean;
  readonly me: boolean;
  readonly admin: boolean;
  readonly devices: number;
  /** Two lists of this person's devices contradict each other: compare the safety number. */
  readonly forked: boolean;
  readonly compared: Compared;
  readonly blocked: boolean;
  /** Whether this person can be added to another group from here. */
  readonly reachable: boolean;
  /** Came by this person's invite; null for the creator and for those added. */
  readonly invitedBy: PersonId | null;
  readonly typing: boolean;
}

export interface InviteView {
  readonly id: string;
  readonly link: string;
  /** ms */
  readonly expires: number;
  readonly by: PersonId;
}

export interface ChatDetail extends ChatSummary {
  readonly people: readonly PersonView[];
  readonly admin: boolean;
  /** Of a `request`: who brought this person in. */
  readonly asker: { readonly person: PersonId; readonly name: string } | null;
  /** How many messages wait on this device for their time. */
  readonly scheduled: number;
  /** The messages that are kept at the top, the one pinned last first; `pinned` says what they are. */
  readonly pins: readonly PinView[];
  /** Whether members follow what this person pins. */
  readonly mayPin: boolean;
  /** Something was recorded here, or is being recorded, that was neither sent nor dropped. */
  readonly recording: boolean;
  /** Open invites that this device made. */
  readonly invites: readonly InviteView[];
  /** Why the chat is `stopped`, or what members disagree about. */
  /** Seconds after which what is said goes from each device; 0: it stays. */
  readonly timer: number;
  readonly trouble: 'unlawful-commit' | 'server-lies' | 'lost-state' | 'roles-differ' | null;
}

export interface PinView {
  /** Of the message. */
  readonly seq: number;
  /** Another one once it says something else. */
  readonly version: string;
}

/** waiting: for the network; sending: on its way; sent: stored by the server. */
export type SendState = 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

export interface FileView {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  readonly thumb: Uint8Array | null;
  /** Of sound: how loud it is from its beginning to its end, 48 values of 5 bits. */
  readonly wave: Uint8Array | null;
  /** Pictures and videos that one person chose at once: which album, and the place in it, from 0. */
  readonly album: { readonly id: string; readonly place: number } | null;
  /** A video note: a square video of which a circle is shown. */
  readonly round: boolean;
  /** Of another's sound or video note: it was played here. */
  readonly heard: boolean;
  /** here: `fileBlob` gives it. paused and failed can be resumed by `fetchFile` (or `retry` when it is ours). */
  readonly state: 'remote' | 'waiting' | 'moving' | 'paused' | 'failed' | 'here';
  /** Bytes moved so far. */
  readonly done: number;
}

export interface MessageView {
  readonly id: MessageId;
  /** null until the server stored it. */
  readonly seq: number | null;
  readonly sender: PersonId;
  readonly name: string;
  /** The sender's, where another person of the chat has a name like theirs. */
  readonly tag: string | null;
  readonly mine: boolean;
  /** ms */
  readonly at: number;
  readonly text: string;
  readonly edited: boolean;
  readonly deleted: boolean;
  /** Kept at the top, also where it is not among the last, which `pins` has. */
  readonly pinned: boolean;
  readonly reply: { readonly id: MessageId; readonly name: string; readonly text: string } | null;
  readonly mentions: readonly PersonId[];
  readonly reactions: readonly {
    readonly emoji: string;
    readonly people: readonly string[];
    readonly mine: boolean;
  }[];
  readonly file: FileView | null;
  readonly event: ChatEvent | null;
  /** Of our own messages; null for others'. */
  readonly state: SendState | null;
  readonly problem: ProblemCode | null;
  /** An own change to this message that the server refused, so that nobody has it; until the next one. */
  readonly undone: 'edit' | 'delete' | 'react' | 'vote' | 'close' | 'pin' | null;
  /** Sent again by this member, by name, after this device missed it: it is as they say. */
  readonly relayedBy: string | null;
  /** Said by somebody elsewhere; by whom stays there. */
  readonly forwarded: boolean;
  readonly silent: boolean;
  /** ms: when it was to be said, where that was before it could be; null for all others. */
  readonly planned: number | null;
  /** Seconds for which each device keeps it; 0: it stays. */
  readonly after: number;
  /** ms: when it goes from this device; null while that is not known, or where it stays. */
  readonly expires: number | null;
  readonly poll: PollView | null;
}

export interface MessagePage {
  /** Oldest first. */
  readonly messages: readonly MessageView[];
  /** There are older ones. */
  readonly more: boolean;
  /** There are newer ones: the page ends at `upTo`. */
  readonly newer: boolean;
  /** seq of the first message not yet read when the page was opened; null: none. */
  readonly firstUnread: number | null;
}

export type Query =
  | { readonly query: 'status' }
  | { readonly query: 'devices' }
  | { readonly query: 'chats' }
  | { readonly query: 'near' }
  /** What was typed and never sent, of every chat: told anew when another own device says so. */
  | { readonly query: 'drafts' }
  | { readonly query: 'folders' }
  | { readonly query: 'chat'; readonly chat: ChatId }
  /** The newest `limit` messages; of those up to `upTo`, a seq, if that is given. */
  | {
      readonly query: 'messages';
      readonly chat: ChatId;
      readonly limit: number;
      readonly upTo?: number;
    };

export interface QueryResult {
  readonly status: AppStatus;
  readonly devices: DevicesView;
  readonly chats: readonly ChatSummary[];
  readonly near: NearView;
  readonly drafts: readonly Draft[];
  readonly folders: readonly Folder[];
  readonly chat: ChatDetail | null;
  readonly messages: MessagePage;
}

export interface InvitePreview {
  /** device: the code of another device, for `openLink`; recovery: for `recover`; elsewhere: not looked at. */
  readonly kind: 'server' | 'chat' | 'device' | 'recovery' | 'elsewhere';
  readonly direct: boolean;
  readonly title: string;
  readonly inviter: string;
  readonly people: number;
  /** Of a server that is to be met first: the hosts that would learn this device's address. */
  readonly hosts: readonly string[];
}

export interface Messenger extends DevicesFacade, ChatsFacade, NearFacade {
  /** Calls `listener` with the present answer, then whenever it changes (at most once a frame or so). */
  subscribe<Q extends Query>(
    query: Q,
    listener: (result: QueryResult[Q['query']]) => void,
  ): () => void;

  /**
   * What a link leads to, without using it up.
   * @param unasked the person has not said that a server may be met which neither they nor their page know: then it is
   *   not, and the answer is 'elsewhere'
   */
  preview(link: string, unasked?: boolean): Promise<InvitePreview>;
  /** Makes this device's person and spends the invite: to the server, or to a chat, which is then joined. */
  register(link: string, name: string): Promise<{ readonly chat: ChatId | null }>;
  /** Joins by another invite, registered already. */
  join(link: string): Promise<{ readonly chat: ChatId }>;
  rename(name: string): Promise<void>;
  /** Erases everything that this device holds. */
  wipe(): Promise<void>;
  send(
    chat: ChatId,
    message: {
      readonly text: string;
      readonly reply?: MessageId;
      readonly mentions?: readonly PersonId[];
      /** Shown as something that was said elsewhere. */
      readonly forwarded?: boolean;
      /** Those whom it goes to are not called by it. */
      readonly silent?: boolean;
    },
  ): Promise<{ readonly id: MessageId }>;
  /** `mentions`: everybody whom the text mentions now. */
  edit(
    chat: ChatId,
    message: MessageId,
    text: string,
    mentions?: readonly PersonId[],
  ): Promise<void>;
  delete(chat: ChatId, message: MessageId): Promise<void>;
  /** `emoji` '' takes it back. */
  react(chat: ChatId, message: MessageId, emoji: string): Promise<void>;
  typing(chat: ChatId): Promise<void>;
  /** Everything up to `seq` was seen. */
  read(chat: ChatId, seq: number): Promise<void>;
  /** Changes what this person noted about a chat; what is not named stays. */
  mark(chat: ChatId, change: ChatMark): Promise<void>;
  /** Keeps what is being typed, on this person's devices; '' takes it away. @throws Problem 'too-long' */
  keepDraft(chat: ChatId, text: string): Promise<void>;

  /** The network came back, the page became visible: try at once. */
  kick(): Promise<void>;
  close(): Promise<void>;
}
