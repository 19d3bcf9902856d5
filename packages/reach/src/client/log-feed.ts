/**
 * One watcher's way through a log: entries in order, each once, from a cursor on. Pushes are a shortcut;
 * whatever they leave out is read. The next batch waits until the listener is done with the last.
 */
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, Result } from '@polynya/protocol/requests';

/** Pushed entries that wait for the listener: what is beyond is read later. */
const BUFFER = { entries: 256, bytes: 1_048_576 };

export interface LogListener {
  /**
   * The next entries, dense from the cursor on; they begin later only where retention has removed what
   * was before. An error thrown here ends the watch and is thrown again where nobody catches it.
   */
  entries(entries: readonly Entry[]): Promise<void> | void;
  signal?(body: Uint8Array): void;
  /** Where the log's head was when the watch began, on every session anew, and now and then after. */
  head?(head: number): void;
  /** The log could not be watched or read with this secret; the watch goes on after `setSecret`. */
  refused?(error: ProtocolError): void;
}

export class LogFeed {
  readonly #listener: LogListener;
  readonly #read: (from: number, bytes: number) => Promise<Result<'read'>>;
  #next: number;
  #head = 0;
  #buffer: Entry[] = [];
  #bufferBytes = 0;
  /** Grows with whatever was heard of the log. */
  #news = 0;
  #running = false;
  #closed = false;

  constructor(
    listener: LogListener,
    from: number,
    read: (from: number, bytes: number) => Promise<Result<'read'>>,
  ) {
    this.#listener = listener;
    this.#next = from;
    this.#read = read;
  }

  /** Pushed entries. */
  push(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const expected = (this.#buffer.at(-1)?.seq ?? this.#next - 1) + 1;
      const fits =
        this.#buffer.length < BUFFER.entries &&
        this.#bufferBytes + entry.body.length < BUFFER.bytes;
      if (entry.seq === expected && fits) {
        this.#buffer.push(entry);
        this.#bufferBytes += entry.body.length;
      }
      this.#head = Math.max(this.#head, entry.seq);
    }
    this.#news++;
    void this.#pump();
  }

  /** The server's answer to a watch. */
  watched(head: number): void {
    this.#listener.head?.(head);
    this.headIs(head);
  }

  /** The log's head is known to be at least here. */
  headIs(head: number): void {
    this.#head = Math.max(this.#head, head);
    this.#news++;
    void this.#pump();
  }

  signal(body: Uint8Array): void {
    this.#listener.signal?.(body);
  }

  /** The log may no longer be watched: reads what there still is to read, then says so. */
  refused(error: ProtocolError): void {
    this.#listener.refused?.(error);
  }

  close(): void {
    this.#closed = true;
    this.#buffer = [];
  }

  async #pump(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (!this.#closed) {
        const heard = this.#news;
        const batch = this.#buffered() ?? (await this.#readOn());
        if (this.#closed) break;
        if (batch.length > 0) await this.#listener.entries(batch);
        // Nothing more to be had; what was heard while that was asked may be news.
        else if (heard === this.#news) {
          this.#head = this.#next - 1;
          break;
        }
      }
    } catch (error) {
      this.close();
      queueMicrotask(() => {
        throw error;
      });
    } finally {
      this.#running = false;
    }
  }

  #buffered(): Entry[] | null {
    const batch = this.#buffer.filter(({ seq }) => seq >= this.#next);
    this.#buffer = [];
    this.#bufferBytes = 0;
    if (batch[0]?.seq !== this.#next) return null;
    this.#next += batch.length;
    return batch;
  }

  /** Reads the next entries; none if the head is reached or the log does not give more. */
  async #readOn(): Promise<Entry[]> {
    if (this.#head < this.#next) return [];
    const result = await this.#tryRead();
    const from = Math.max(this.#next, result?.first ?? 0);
    const batch = (result?.entries ?? []).filter(({ seq }) => seq >= this.#next);
    if (batch.some(({ seq }, i) => seq !== from + i)) {
      this.refused(new ProtocolError('malformed', 'read gave entries out of order'));
      return [];
    }
    if (batch.length > 0) this.#next = from + batch.length;
    return batch;
  }

  async #tryRead(): Promise<Result<'read'> | null> {
    try {
      return await this.#read(this.#next, LIMITS.entryBody);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.refused(error);
      return null;
    }
  }
}
