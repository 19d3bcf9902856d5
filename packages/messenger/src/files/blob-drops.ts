/**
 * Blobs that are to leave the server: those of own files whose message was deleted or never sent. The secret that
 * drops one outlives its file in a record here, until the server has said that the blob is gone.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type ChatId, Problem } from '../api.ts';
import type { Store } from '../store/store.ts';
import { decode } from '../timeline/stored.ts';
import { DROPS, dropRecord } from './drop-record.ts';
import type { FileLine } from './transfer.ts';

export interface BlobDropsOptions {
  readonly store: Store;
  /** @throws Problem: the chat is forgotten, and with it the way to its server */
  readonly connectionFor: (chat: ChatId) => FileLine;
}

export class BlobDrops {
  readonly #options: BlobDropsOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: BlobDropsOptions) {
    this.#options = options;
  }

  /** Drops what is to be dropped; what cannot be now stays for the next call. @throws StoreError */
  run(): Promise<void> {
    this.#running ??= this.#all().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  close(): void {
    this.#closing.abort(new ProtocolError('busy', 'closed here'));
  }

  async #all(): Promise<void> {
    const { store } = this.#options;
    for (const [key, value] of await store.range('file', DROPS)) {
      const [, chat = ''] = key.split('/');
      const { blob, secret } = decode(dropRecord, value);
      const done = await this.#drop(chat, blob, secret);
      if (this.#closing.signal.aborted) return;
      if (done) await store.apply([{ table: 'file', key, value: null }]);
    }
  }

  /** Whether nothing more can be done about it. */
  async #drop(chat: ChatId, blob: Uint8Array, secret: Uint8Array): Promise<boolean> {
    try {
      const line = this.#options.connectionFor(chat);
      await line.call({ op: 'drop', blob, secret }, { signal: this.#closing.signal });
      return true;
    } catch (error) {
      if (error instanceof ProtocolError) return !error.retriable;
      if (error instanceof Problem) return true;
      throw error;
    }
  }
}
