/**
 * What a person notes about their chats, among their own devices (docs/protocol.md section 9): marks, drafts and
 * folders. The last word counts; a chat is named by its log, which all devices call alike.
 */
import { fromHex, toHex } from '@polynya/protocol/bytes';
import type { Note } from '@polynya/protocol/content';
import type { ChatId, Folder, PersonId } from '../api.ts';
import type { Device } from '../device.ts';
import { chatOfLog } from '../recovery/chats.ts';
import { answered } from '../requests.ts';
import type { Change } from '../store/store.ts';

/** ms without a further letter, after which the other devices hear of a draft. */
const PAUSE = 3_000;

type Shared = Extract<Note, { note: 'marks' | 'draft' | 'folders' | 'request' }>;
/** What a person has answered. */
export const ANSWERS = { none: 0, accepted: 1, declined: 2 } as const;

export class Sharing {
  readonly #device: Device;
  readonly #say: (note: Note) => Promise<void>;
  readonly #waiting = new Map<ChatId, () => void>();
  /** What the others have of each draft, where that is known since the start. */
  readonly #said = new Map<ChatId, string>();
  #news = false;

  constructor(device: Device, say: (note: Note) => Promise<void>) {
    this.#device = device;
    this.#say = say;
  }

  marks(chat: ChatId): void {
    this.#tell({ note: 'marks', log: this.#log(chat), ...this.#device.memory.of(chat) });
  }

  folders(folders: readonly Folder[]): void {
    const said = folders.map(({ name, chats }) => ({
      name,
      logs: chats.map((chat) => this.#log(chat)),
    }));
    this.#tell({ note: 'folders', folders: said });
  }

  draft(chat: ChatId, text: string): void {
    this.#waiting.get(chat)?.();
    const tell = () => {
      this.#waiting.delete(chat);
      if (this.#said.get(chat) === text) return;
      this.#said.set(chat, text);
      this.#tell({ note: 'draft', log: this.#log(chat), text });
    };
    this.#waiting.set(chat, this.#device.ports.clock.setTimeout(tell, PAUSE));
  }

  request(chat: ChatId, by: PersonId, answer: number): void {
    this.#tell({ note: 'request', log: this.#log(chat), by: fromHex(by), answer });
  }

  /** A device of this person's came, which knows nothing of it yet. */
  welcome(): void {
    const { memory } = this.#device;
    for (const chat of memory.known.keys()) this.marks(chat);
    for (const [person, devices] of this.#device.compared) {
      this.#tell({ note: 'compared', person: fromHex(person), devices: devices.map(fromHex) });
    }
    for (const [chat, { by, declined }] of memory.requests) {
      this.request(chat, by, declined ? ANSWERS.declined : ANSWERS.none);
    }
    const others = async () => {
      const folders = await memory.folders();
      if (folders.length > 0) this.folders(folders);
      for (const { chat, text } of await memory.drafts()) {
        this.#tell({ note: 'draft', log: this.#log(chat), text });
      }
    };
    others().catch((error: unknown) => this.#failed(error));
  }

  /** Another own device said so. What is to be stored. */
  heard(note: Shared): Change[] {
    const { memory, changes } = this.#device;
    if (note.note === 'folders') {
      const folders = note.folders.map(({ name, logs }) => ({
        name,
        chats: logs.map((log) => chatOfLog(this.#device, log)),
      }));
      this.#news = true;
      return [memory.foldered(folders)];
    }
    const chat = chatOfLog(this.#device, note.log);
    if (note.note === 'request') return answered(this.#device, chat, toHex(note.by), note.answer);
    if (note.note === 'draft') {
      this.#waiting.get(chat)?.();
      this.#waiting.delete(chat);
      this.#said.set(chat, note.text);
      this.#news = true;
      return [memory.drafted(chat, note.text)];
    }
    const { pinned, muted, archived, unread } = note;
    const change = memory.marked(chat, { pinned, muted, archived, unread });
    changes.touchChat(chat);
    return [change];
  }

  /** What was heard is stored by now. */
  look(): void {
    if (!this.#news) return;
    this.#news = false;
    for (const topic of ['drafts', 'folders']) this.#device.changes.touch(topic);
  }

  close(): void {
    for (const cancel of this.#waiting.values()) cancel();
  }

  #log(chat: ChatId): Uint8Array {
    return this.#device.conversations.get(chat)?.held.state.log ?? fromHex(chat);
  }

  #tell(note: Note): void {
    this.#say(note).catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#device.ports.log(`own devices hear later: ${error instanceof Error ? error.name : ''}`);
  }
}
