/**
 * What a person noted about their chats for themselves: pinned, muted, archived, to be read again, and what they had
 * begun to type, and their folders. Kept on this device, sealed like everything else; only their own other devices
 * are told (devices/sharing.ts). Also which chats somebody brought them into whom they have not met (requests.ts).
 */
import { bool, type Infer, list, struct, text } from '@polynya/protocol/schema';
import type { ChatId, ChatMark, ChatMarks, Folder } from './api.ts';
import type { Change, Store } from './store/store.ts';
import { decode, encode } from './timeline/stored.ts';

const marks = struct({ pinned: bool, muted: bool, archived: bool, unread: bool });
const draft = struct({ text: text(16_000) });
/** `by` brought this person into the chat. */
const request = struct({ by: text(32), declined: bool });
export type ChatRequest = Infer<typeof request>;
const folderList = list(struct({ name: text(32), chats: list(text(32), 512) }), 16);
const FOLDERS = { table: 'setting', key: 'folders' } as const;

const UNMARKED: ChatMarks = { pinned: false, muted: false, archived: false, unread: false };

const markKey = (chat: ChatId) => `chat/${chat}`;
const draftKey = (chat: ChatId) => `draft/${chat}`;
const requestKey = (chat: ChatId) => `request/${chat}`;
const under = (folder: string) => ({ from: `${folder}/`, to: `${folder}0` });
const idOf = (key: string): ChatId => key.slice(key.indexOf('/') + 1);

export class ChatMemory {
  readonly #store: Store;
  readonly #marks: Map<ChatId, ChatMarks>;
  readonly #requests: Map<ChatId, ChatRequest>;

  private constructor(
    store: Store,
    known: Map<ChatId, ChatMarks>,
    requests: Map<ChatId, ChatRequest>,
  ) {
    this.#store = store;
    this.#marks = known;
    this.#requests = requests;
  }

  /** @throws StoreError */
  static async open(store: Store): Promise<ChatMemory> {
    const stored = await store.range('setting', under('chat'));
    const asked = await store.range('setting', under('request'));
    return new ChatMemory(
      store,
      new Map(stored.map(([key, value]) => [idOf(key), decode(marks, value)])),
      new Map(asked.map(([key, value]) => [idOf(key), decode(request, value)])),
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
    await this.#store.apply([this.marked(chat, after)]);
    return true;
  }

  /** All marks of a chat, which count from now on. To be stored. */
  marked(chat: ChatId, after: ChatMarks): Change {
    this.#marks.set(chat, after);
    return { table: 'setting', key: markKey(chat), value: encode(marks, after) };
  }

  /** Chats of which anything is noted. */
  get known(): ReadonlyMap<ChatId, ChatMarks> {
    return this.#marks;
  }

  /** null: this person accepted the chat, or never had to. */
  request(chat: ChatId): ChatRequest | null {
    return this.#requests.get(chat) ?? null;
  }

  /** Chats that are not accepted, those that were declined among them. */
  get requests(): ReadonlyMap<ChatId, ChatRequest> {
    return this.#requests;
  }

  /** Counts from now on; null: accepted. To be stored. */
  requested(chat: ChatId, after: ChatRequest | null): Change {
    if (after) this.#requests.set(chat, after);
    else this.#requests.delete(chat);
    return { table: 'setting', key: requestKey(chat), value: after && encode(request, after) };
  }

  /** What was typed and not sent; '' takes it away. @throws StoreError */
  async keepDraft(chat: ChatId, said: string): Promise<void> {
    await this.#store.apply([this.drafted(chat, said)]);
  }

  /** The change that keeps it. */
  drafted(chat: ChatId, said: string): Change {
    const value = said === '' ? null : encode(draft, { text: said });
    return { table: 'setting', key: draftKey(chat), value };
  }

  async folders(): Promise<Folder[]> {
    const stored = await this.#store.get(FOLDERS.table, FOLDERS.key);
    return stored ? decode(folderList, stored) : [];
  }

  /** The change that keeps them. @throws ProtocolError: too many, or a name too long */
  foldered(folders: readonly Folder[]): Change {
    const all = folders.map(({ name, chats }) => ({ name, chats: [...chats] }));
    return { ...FOLDERS, value: encode(folderList, all) };
  }

  async drafts(): Promise<{ readonly chat: ChatId; readonly text: string }[]> {
    const stored = await this.#store.range('setting', under('draft'));
    return stored.map(([key, value]) => ({ chat: idOf(key), text: decode(draft, value).text }));
  }

  /** A chat is being forgotten. */
  forget(chat: ChatId): Change[] {
    this.#marks.delete(chat);
    this.#requests.delete(chat);
    const gone = [markKey(chat), draftKey(chat), requestKey(chat)];
    return gone.map((key) => ({ table: 'setting', key, value: null }));
  }
}
