/**
 * Blobs that are to leave the server: those of own files whose message was deleted or never sent. The secret that
 * drops one outlives its file in a record here, until the server has said that the blob is gone.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, struct } from '@polynya/protocol/schema';
import { type ChatId, type MessageId, Problem } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
import { decode, encode } from '../timeline/stored.ts';
import type { FileLine } from './transfer.ts';

const dropRecord = struct({ blob: bytes(16), secret: bytes(32) });
const DROPS = { from: 'drop/', to: 'drop0' };

/** What has the blob of an own file dropped. */
export function dropWanted(
  chat: ChatId,
  id: MessageId,
  blob: Uint8Array,
  secret: Uint8Array,
): Change {
  return { table: 'file', key: `drop/${chat}/${id}`, value: encode(dropRecord, { blob, secret }) };
}

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
