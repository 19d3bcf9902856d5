/**
 * The timeline: what a conversation shows, message by message, and its counts. The signatures that the
 * conversation core and the files are written against.
 */
import type { ChatId, ChatSummary, MessageId, MessagePage, PersonId, ProblemCode } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
import type { Arrived, Happened, Queued } from './arrived.ts';

/** What the page needs to know that the timeline does not hold. */
export interface PageView {
  readonly names: (person: PersonId) => string;
  /** The present members, without this person: all must have a message for it to be `delivered` or `read`. */
  readonly others: readonly PersonId[];
  /** `firstUnread(chat)` as it was when the page was opened. */
  readonly firstUnread: number | null;
}

export interface TimelineSummary {
  readonly last: ChatSummary['last'];
  readonly unread: number;
  readonly mentioned: boolean;
  /** Of the last message, or of the last event where there is none; 0 for an empty chat. ms */
  readonly at: number;
}

/**
 * Every method that returns changes reads first: call it, and apply what it returns, inside
 * `locked(chat, ...)`, so that no other writer comes between.
 */
export abstract class Timeline {
  /** `me` is asked when needed. */
  constructor(_store: Store, _me: () => PersonId) {}
  /** Runs `work` alone among all that is locked for this chat. Not reentrant. */
  abstract locked<T>(chat: ChatId, work: () => Promise<T>): Promise<T>;
  abstract arrived(batch: readonly (Arrived | Happened)[]): Promise<Change[]>;
  /** @throws Problem 'not-found', 'not-allowed': edit, delete, react that no member would follow */
  abstract queued(message: Queued): Promise<Change[]>;
  abstract state(
    chat: ChatId,
    id: MessageId,
    state: 'waiting' | 'sending' | 'failed',
    problem?: ProblemCode,
  ): Promise<Change[]>;
  abstract sent(chat: ChatId, id: MessageId, seq: number): Promise<Change[]>;
  abstract discard(chat: ChatId, id: MessageId): Promise<Change[]>;
  abstract forget(chat: ChatId): Promise<Change[]>;
  /** The own read mark moves up to `seq`. */
  abstract read(chat: ChatId, seq: number): Promise<Change[]>;
  /** The own read mark. */
  abstract mark(chat: ChatId): Promise<number>;
  abstract firstUnread(chat: ChatId): Promise<number | null>;
  abstract page(chat: ChatId, limit: number, view: PageView): Promise<MessagePage>;
  abstract summary(chat: ChatId, view: PageView): Promise<TimelineSummary>;
}
