/**
 * What a person does with chats now and then, and never needs for reading and writing: a part of the facade in
 * api.ts whose work is loaded when it is first asked for.
 */

import type {
  ChatId,
  FileView,
  Folder,
  InviteView,
  MessageId,
  PersonId,
  PersonView,
} from './api.ts';
import type { PushFacade } from './push/push-api.ts';

/** What a message said for a while. */
export interface VersionView {
  readonly text: string;
  /** ms: from when on. */
  readonly at: number;
}

/** How far a message came with one of the others. */
export interface SeenView {
  readonly person: PersonId;
  readonly name: string;
  readonly tag: string | null;
  readonly state: 'sent' | 'delivered' | 'read';
  /** ms: when they said that they had read so far; null: not yet, or longer ago than is kept. */
  readonly at: number | null;
}

/** At least one of `text`, `person` and `kind` is to be given. */
export interface SearchWanted {
  /** Each word as the beginning of a word, or in another form of it. */
  readonly text: string;
  readonly chat?: ChatId;
  readonly person?: PersonId;
  readonly kind?: 'picture' | 'video' | 'voice' | 'file' | 'link' | 'poll';
  /** ms, both included. */
  readonly from?: number;
  readonly to?: number;
  /** ms: only what is older, or as old, for the next page. */
  readonly before?: number;
}

export interface FoundView {
  readonly chat: ChatId;
  readonly message: MessageId;
  readonly seq: number;
  readonly sender: PersonId;
  readonly name: string;
  readonly tag: string | null;
  readonly mine: boolean;
  /** ms */
  readonly at: number;
  /** A small picture of its file, where it has one. */
  readonly thumb: Uint8Array | null;
  /** What it says around the first word found. */
  readonly text: string;
  /** Where the words found stand in that: from, to. */
  readonly marks: readonly (readonly [number, number])[];
}

export interface SearchResult {
  /** The newest first, the pictures of an album together and in their order. */
  readonly found: readonly FoundView[];
  /** There are more than are told at once. */
  readonly more: boolean;
}

/** What is to be said later. */
export interface LaterMessage {
  readonly text: string;
  /** ms: from then on, as soon as this device runs. */
  readonly at: number;
  readonly reply?: MessageId;
  readonly mentions?: readonly PersonId[];
  readonly silent?: boolean;
}

export interface ScheduledView extends Required<Pick<LaterMessage, 'text' | 'at' | 'silent'>> {
  readonly id: MessageId;
}

export interface ChatsFacade extends PushFacade {
  /** A blocked person's messages are not shown, and what they send to our inbox is dropped. */
  block(person: PersonId, on: boolean): Promise<void>;
  /** Everyone known from any chat, for `add`. */
  people(): Promise<readonly PersonView[]>;
  sendFile(
    chat: ChatId,
    file: Blob,
    about: {
      readonly name: string;
      readonly caption?: string;
      readonly reply?: MessageId;
      readonly thumb?: Uint8Array;
      /** As `FileView.wave`. */
      readonly wave?: Uint8Array;
      /** `id`: 16 random hex digits; `place`: 0 to 9. */
      readonly album?: FileView['album'];
      readonly round?: boolean;
      readonly width?: number;
      readonly height?: number;
      readonly duration?: number;
      readonly forwarded?: boolean;
      /** As in `send`. */
      readonly silent?: boolean;
      /** It is what was recorded in the chat: that is dropped in the moment in which this is safe. */
      readonly recorded?: boolean;
    },
  ): Promise<{ readonly id: MessageId }>;
  /** Takes a stored message off this device, for good; the others keep it. @throws Problem 'not-found', 'not-allowed' */
  hide(chat: ChatId, message: MessageId): Promise<void>;
  /** After 'failed', or a paused upload. */
  retry(chat: ChatId, message: MessageId): Promise<void>;
  /** Drops an own message that was never sent. */
  discard(chat: ChatId, message: MessageId): Promise<void>;
  fetchFile(chat: ChatId, message: MessageId): Promise<void>;
  pauseFile(chat: ChatId, message: MessageId): Promise<void>;
  fileBlob(chat: ChatId, message: MessageId): Promise<Blob>;
  createGroup(title: string): Promise<{ readonly chat: ChatId }>;
  /** A new seat: in `chat`, or in a new conversation of two when `chat` is null. */
  invite(chat: ChatId | null): Promise<InviteView & { readonly chat: ChatId }>;
  withdraw(chat: ChatId, invite: string): Promise<void>;
  add(chat: ChatId, people: readonly PersonId[]): Promise<void>;
  remove(chat: ChatId, person: PersonId): Promise<void>;
  setAdmin(chat: ChatId, person: PersonId, on: boolean): Promise<void>;
  setTitle(chat: ChatId, title: string): Promise<void>;
  leave(chat: ChatId): Promise<void>;
  /** This person takes part in a chat that was a `request`. */
  accept(chat: ChatId): Promise<void>;
  /** Leaves a `request` without a word, and forgets it. @throws Problem 'not-allowed': it is none */
  decline(chat: ChatId): Promise<void>;
  /**
   * Keeps a message on this device and says it when its time has come, or as soon as this device runs after that.
   * @param instead one that waits, which this one takes the place of; what it answers and names stays, if not given anew
   * @throws Problem 'not-a-member', 'too-long', 'quota': too many wait; 'not-found': `instead` was said meanwhile
   */
  schedule(chat: ChatId, message: LaterMessage, instead?: MessageId): Promise<{ id: MessageId }>;
  /** What waits, the next first. */
  scheduled(chat: ChatId): Promise<readonly ScheduledView[]>;
  /** @throws Problem 'not-found' */
  unschedule(chat: ChatId, message: MessageId): Promise<void>;
  /** Says it now. @throws Problem 'not-found', 'not-a-member' */
  sendScheduled(chat: ChatId, message: MessageId): Promise<void>;
  /**
   * Keeps what is being recorded in a chat, over restarts, until it is dropped, as it is to be once it was sent.
   * @param index of the piece, from 0, which takes the place of what was recorded before
   * @param piece of the type that the whole has
   * @throws Problem 'storage-full'
   */
  keepRecording(chat: ChatId, index: number, piece: Blob): Promise<void>;
  /** What was recorded; null: nothing. */
  recording(chat: ChatId): Promise<Blob | null>;
  dropRecording(chat: ChatId): Promise<void>;
  /** Forgets a chat that was left. */
  forget(chat: ChatId): Promise<void>;
  /** 60 digits that both people see alike if nobody stands between them. */
  safetyNumber(person: PersonId): Promise<string>;
  /**
   * Remembers that both saw the same number, with the devices that this person has now; or that they did not, or do not
   * care to. @throws Problem 'not-found'
   */
  compare(person: PersonId, same: boolean): Promise<void>;

  /**
   * What is said from now on goes so many seconds later; 0: it stays.
   * @throws Problem 'not-allowed': in a group an admin decides
   */
  setTimer(chat: ChatId, after: number): Promise<void>;
  /** A question with 2 to 12 answers. Everybody sees who chose what. @throws Problem 'too-long' */
  poll(
    chat: ChatId,
    poll: {
      readonly question: string;
      readonly options: readonly string[];
      /** More than one may be chosen. */
      readonly several?: boolean;
    },
  ): Promise<{ readonly id: MessageId }>;
  /** Indexes of the options; none takes the vote back. @throws Problem 'not-allowed': no poll, or closed */
  vote(chat: ChatId, message: MessageId, options: readonly number[]): Promise<void>;
  /** @throws Problem 'not-allowed': somebody else's */
  closePoll(chat: ChatId, message: MessageId): Promise<void>;
  /**
   * Keeps a message at the top of the chat for everybody, or does no more.
   * @throws Problem 'not-found'; 'not-allowed': it is not in the log yet, or in a group of more than eight people an
   *   admin decides
   */
  pin(chat: ChatId, message: MessageId, on: boolean): Promise<void>;
  /** What is kept at the top, in the order in which it was said. */
  pinned(chat: ChatId): Promise<readonly FoundView[]>;
  /** In everything that this device holds. */
  search(wanted: SearchWanted): Promise<SearchResult>;
  /** At most 16, each with a name of at most 32 letters. @throws Problem 'too-long' */
  setFolders(folders: readonly Folder[]): Promise<void>;
  /** What a message says and said before, the oldest first. */
  history(chat: ChatId, message: MessageId): Promise<readonly VersionView[]>;
  /** Sound of another's was played. @throws Problem 'not-found' */
  heard(chat: ChatId, message: MessageId): Promise<void>;
  /** Of an own message, everybody else who is here. @throws Problem 'not-found', 'not-allowed' */
  seenBy(chat: ChatId, message: MessageId): Promise<readonly SeenView[]>;
}
