/** Files, once there are any to move: what moves them is loaded then. Much is said without. */
import { CHATS_TOPIC } from '../queries/changes.ts';
import { decode } from '../timeline/stored.ts';
import { DROPS } from './drop-record.ts';
import { fileKeys, fileRecord } from './file-record.ts';
import type { Files, FilesOptions } from './files.ts';

export class LaterFiles {
  readonly #options: FilesOptions;
  #files: Promise<Files> | null = null;
  #closed = false;
  readonly #offChats: () => void;

  constructor(options: FilesOptions) {
    this.#options = options;
    // What came may have files that are fetched without being asked for.
    const look = () => void this.resumeAll().catch(options.onTrouble);
    this.#offChats = options.changes.on([CHATS_TOPIC], look);
  }

  /** @throws whatever loading throws: it is tried again the next time */
  get(): Promise<Files> {
    this.#files ??= import('../occasional.ts').then(
      ({ Files }) => {
        // It looks by itself from now on.
        this.#offChats();
        const files = new Files(this.#options);
        if (this.#closed) files.close();
        return files;
      },
      (error: unknown) => {
        this.#files = null;
        throw error;
      },
    );
    return this.#files;
  }

  /** As `Files.resumeAll`, if there is anything to resume. @throws StoreError */
  async resumeAll(): Promise<void> {
    if (this.#closed) return;
    if (this.#files || (await this.#any())) await (await this.get()).resumeAll();
  }

  /** How many own files are on their way, or wait to be. @throws StoreError */
  async uploads(): Promise<number> {
    const { store } = this.#options;
    const marks = await store.range('file', fileKeys.todos);
    const records = await Promise.all(
      marks.map(([key]) => store.get('file', key.replace('todo/', 'record/'))),
    );
    return records.filter((stored) => stored && decode(fileRecord, stored).direction === 'up')
      .length;
  }

  /** Nothing moves any more. The Store can be closed. */
  close(): void {
    this.#closed = true;
    this.#offChats();
    this.#files?.then((files) => files.close()).catch(this.#options.onTrouble);
  }

  async #any(): Promise<boolean> {
    const { store } = this.#options;
    for (const range of [fileKeys.todos, DROPS]) {
      if ((await store.range('file', { ...range, limit: 1 })).length > 0) return true;
    }
    return false;
  }
}
