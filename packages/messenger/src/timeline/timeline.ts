/**
 * The timeline: what a conversation shows, message by message, and its counts. It is written in the
 * log's order and read in pages; whatever is told twice, or in several batches, ends up the same.
 */
import type { ChatId, MessageId, MessagePage, PersonId, ProblemCode } from '../api.ts';
import { eraseFile, fileKeys, pieceCount } from '../files/file-record.ts';
import type { Change, Store } from '../store/store.ts';
import type { Arrived, Happened, Queued } from './arrived.ts';
import { Draft } from './draft.ts';
import { expire } from './expiry.ts';
import { hide } from './hiding.ts';
import { addArrived, addEvent } from './incoming.ts';
import { addQueued, drop, makeWay, place, setState } from './outgoing.ts';
import { PageReader, type PageView, type Source, type TimelineSummary } from './page.ts';
import { keys, type MessageRow } from './row.ts';
import { findFirstUnread, moveMark } from './unread.ts';

/**
 * Every method that returns changes reads first: call it, and apply what it returns, inside
 * `locked(chat, ...)`, so that no other writer comes between. The changes of one call are to be
 * applied before the next call for that chat.
 */
export class Timeline {
  readonly #store: Store;
  readonly #me: () => PersonId;
  readonly #now: () => number;
  readonly #turns = new Map<ChatId, Promise<unknown>>();

  /** `me` is asked when messages come, by when there is a person. */
  constructor(store: Store, me: () => PersonId, now: () => number) {
    this.#store = store;
    this.#me = me;
    this.#now = now;
  }

  /** Runs `work` alone among all that is locked for this chat, in the order asked. Not reentrant. */
  locked<T>(chat: ChatId, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(chat) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(chat, settled);
    void settled.then(() => this.#turns.get(chat) === settled && this.#turns.delete(chat));
    return mine;
  }

  /**
   * What the log brought. Content that no member would follow has no effect; `title`, `admin`, `leave`
   * and `profile` have none here: the core tells of them as events.
   */
  async arrived(batch: readonly (Arrived | Happened)[]): Promise<Change[]> {
    const drafts = new Map<ChatId, Draft>();
    for (const one of batch) {
      const draft = drafts.get(one.chat) ?? new Draft(this.#store, one.chat, this.#now());
      drafts.set(one.chat, draft);
      if ('event' in one) {
        await addEvent(draft, one);
      } else {
        // One sent from here, whose answer was lost, may be met like any other.
        if (one.mine) await place(draft, one.id, one.seq, this.#me());
        else await makeWay(draft, one);
        await addArrived(draft, one, this.#me());
      }
    }
    return [...drafts.values()].flatMap((draft) => draft.changes());
  }

  /**
   * An own message as typed: it waits after all others. An edit, deletion or reaction shows on its
   * target at once, and no more if it fails. Queued again under its id it keeps its place.
   * @throws Problem `not-found`, `not-allowed`: an amendment that no member would follow
   */
  queued(message: Queued): Promise<Change[]> {
    return this.#draft(message.chat, (draft) => addQueued(draft, message));
  }

  /** How an own message fares; nothing changes for one that the log has. */
  state(
    chat: ChatId,
    id: MessageId,
    state: 'waiting' | 'sending' | 'failed',
    problem: ProblemCode | null = null,
  ): Promise<Change[]> {
    return this.#draft(chat, (draft) => setState(draft, id, state, problem));
  }

  /** The log has an own message: it takes its place there. */
  sent(chat: ChatId, id: MessageId, seq: number): Promise<Change[]> {
    return this.#draft(chat, (draft) => place(draft, id, seq, this.#me()));
  }

  /** Drops an own message that the log does not have, its file and its amendments with it. */
  discard(chat: ChatId, id: MessageId): Promise<Change[]> {
    return this.#draft(chat, (draft) => drop(draft, id));
  }

  /** As `hide`, for a message whose time is over; what is not here any more is no error. */
  expire(chat: ChatId, rows: readonly string[]): Promise<Change[]> {
    return this.#draft(chat, (draft) => expire(draft, rows, this.#me()));
  }

  /** Takes a message off this device alone. @throws Problem `not-found`, `not-allowed`: it is not in the log yet */
  hide(chat: ChatId, id: MessageId): Promise<Change[]> {
    return this.#draft(chat, (draft) => hide(draft, id, this.#me()));
  }

  /** The own read mark moves up to `seq`, at most to the last entry met; never back. */
  read(chat: ChatId, seq: number): Promise<Change[]> {
    return this.#draft(chat, (draft) => moveMark(draft, seq));
  }

  /** Everything of a chat, files included. */
  async forget(chat: ChatId): Promise<Change[]> {
    const rows = await this.#store.range('timeline', keys.everything(chat));
    const gone = rows.map(([key]): Change => ({ table: 'timeline', key, value: null }));
    for (const [key] of await this.#store.range('file', fileKeys.records(chat))) {
      const id = key.slice(key.lastIndexOf('/') + 1);
      const message = await this.message(chat, id);
      gone.push(...eraseFile(chat, id, message?.file ? (pieceCount(message.file) ?? 0) : 0));
    }
    return gone;
  }

  /** The own read mark, and the last seq met. */
  async marks(chat: ChatId): Promise<{ readonly read: number; readonly top: number }> {
    const { mark, top } = await new Draft(this.#store, chat).counts();
    return { read: mark, top };
  }

  /** seq of the oldest unread message, for a page that is being opened; null: all was read. */
  async firstUnread(chat: ChatId): Promise<number | null> {
    return findFirstUnread(this.#store, chat, await new Draft(this.#store, chat).counts());
  }

  /** A message as it is stored, an own unsent one too; null: not here. */
  async message(chat: ChatId, id: MessageId): Promise<MessageRow | null> {
    const draft = new Draft(this.#store, chat);
    const found = await draft.index(id);
    const row = found?.is === 'row' ? await draft.row(found.key) : undefined;
    return row?.row === 'message' ? row : null;
  }

  /**
   * The newest `limit` messages up to the seq `upTo`, in a time that does not depend on how many there are.
   * @param source what a view has read before, where it has
   */
  async page(
    chat: ChatId,
    limit: number,
    view: PageView,
    firstUnread: number | null = null,
    upTo?: number,
    source: Source = this.#store,
  ): Promise<MessagePage> {
    return (await this.#reader(chat, view, source)).page(limit, firstUnread, upTo);
  }

  async summary(chat: ChatId, view: PageView): Promise<TimelineSummary> {
    return (await this.#reader(chat, view, this.#store)).summary();
  }

  async #reader(chat: ChatId, view: PageView, source: Source): Promise<PageReader> {
    const counts = await new Draft(source, chat).counts();
    return new PageReader(source, chat, counts, view, this.#me());
  }

  async #draft(chat: ChatId, work: (draft: Draft) => Promise<void>): Promise<Change[]> {
    const draft = new Draft(this.#store, chat, this.#now());
    await work(draft);
    return draft.changes();
  }
}
