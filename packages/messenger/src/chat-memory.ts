/**
 * What a person noted about their chats for themselves: pinned, muted, archived, to be read again, and what they had
 * begun to type. Kept on this device, sealed like everything else; nobody is told of it.
 */
import { bool, struct, text } from '@polynya/protocol/schema';
import type { ChatId, ChatMark, ChatMarks } from './api.ts';
import type { Change, Store } from './store/store.ts';
import { decode, encode } from './timeline/stored.ts';

const marks = struct({ pinned: bool, muted: bool, archived: bool, unread: bool });
const draft = struct({ text: text(16_000) });

const UNMARKED: ChatMarks = { pinned: false, muted: false, archived: false, unread: false };

const markKey = (chat: ChatId) => `chat/${chat}`;
const draftKey = (chat: ChatId) => `draft/${chat}`;
const under = (folder: string) => ({ from: `${folder}/`, to: `${folder}0` });
const idOf = (key: string): ChatId => key.slice(key.indexOf('/') + 1);

export class ChatMemory {
  readonly #store: Store;
  readonly #marks: Map<ChatId, ChatMarks>;

  private constructor(store: Store, known: Map<ChatId, ChatMarks>) {
    this.#store = store;
    this.#marks = known;
  }

  /** @throws StoreError */
  static async open(store: Store): Promise<ChatMemory> {
    const stored = await store.range('setting', under('chat'));
    return new ChatMemory(
      store,
      new Map(stored.map(([key, value]) => [idOf(key), decode(marks, value)])),
    );
  }

  of(chat: ChatId): ChatMarks {
    return this.#marks.get(chat) ?? UNMARKED;
  }

  /** Whether that changed anything. @throws StoreError */
  async set(chat: ChatId, change: ChatMark): Promise<boolean> {
    const before = this.of(chat);
    const after = { ...before, ...change };
    if (encode(marks, after).every((byte, i) => byte === encode(marks, before)[i])) return false;
    await this.#store.apply([
      { table: 'setting', key: markKey(chat), value: encode(marks, after) },
    ]);
    this.#marks.set(chat, after);
    return true;
  }

  /** What was typed and not sent; '' takes it away. @throws StoreError */
  async keepDraft(chat: ChatId, said: string): Promise<void> {
    const value = said === '' ? null : encode(draft, { text: said });
    await this.#store.apply([{ table: 'setting', key: draftKey(chat), value }]);
  }

  async drafts(): Promise<{ readonly chat: ChatId; readonly text: string }[]> {
    const stored = await this.#store.range('setting', under('draft'));
    return stored.map(([key, value]) => ({ chat: idOf(key), text: decode(draft, value).text }));
  }

  /** A chat is being forgotten. */
  forget(chat: ChatId): Change[] {
    this.#marks.delete(chat);
    return [markKey(chat), draftKey(chat)].map((key) => ({ table: 'setting', key, value: null }));
  }
}
