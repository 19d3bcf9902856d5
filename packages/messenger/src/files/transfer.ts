/**
 * One file on its way, up or down: the ports it needs, and its record, which is only ever changed
 * while the file is still wanted.
 */
import type { FileRef } from '@polynya/protocol/content';
import type { Op, Request, Result } from '@polynya/protocol/requests';
import type { ChatId, MessageId } from '../api.ts';
import type { Changes } from '../queries/changes.ts';
import type { Change, Store } from '../store/store.ts';
import { decode, encode } from '../timeline/stored.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { type FileRecord, fileKeys, fileRecord, has } from './file-record.ts';

/** The line to the server that has a chat's files. */
export interface FileLine {
  /** Settles with the server's word, however long that takes. @throws ProtocolError, the signal's reason */
  call<O extends Op>(
    request: Extract<Request, { op: O }>,
    options: { readonly signal: AbortSignal },
  ): Promise<Result<O>>;
}

export interface TransferPorts {
  readonly store: Store;
  readonly timeline: Timeline;
  readonly changes: Changes;
}

/** Thrown inside a transfer whose file was deleted, discarded or paused: it just ends. */
export class NoLongerWanted extends Error {
  override readonly name = 'NoLongerWanted';
}

export class Transfer {
  readonly chat: ChatId;
  readonly id: MessageId;
  readonly #ports: TransferPorts;
  readonly #wanted = new AbortController();

  constructor(ports: TransferPorts, chat: ChatId, id: MessageId) {
    this.#ports = ports;
    this.chat = chat;
    this.id = id;
  }

  /** Nothing is asked for or written any more. */
  stop(): void {
    this.#wanted.abort(new NoLongerWanted());
  }

  get stopped(): boolean {
    return this.#wanted.signal.aborted;
  }

  /** Asks the server, as long as the file is wanted. @throws ProtocolError, NoLongerWanted */
  async ask<O extends Op>(
    line: FileLine,
    request: Extract<Request, { op: O }>,
  ): Promise<Result<O>> {
    await this.record();
    return line.call(request, { signal: this.#wanted.signal });
  }

  /** @throws NoLongerWanted */
  async record(): Promise<FileRecord> {
    const { signal } = this.#wanted;
    signal.throwIfAborted();
    const stored = await this.#ports.store.get('file', fileKeys.record(this.chat, this.id));
    if (signal.aborted || !stored) throw new NoLongerWanted();
    return decode(fileRecord, stored);
  }

  /**
   * Changes the record, and applies what is given besides, all at once.
   * @throws NoLongerWanted: then nothing was changed
   */
  async update(
    change: (record: FileRecord) => FileRecord,
    besides: () => readonly Change[] | Promise<readonly Change[]> = () => [],
  ): Promise<FileRecord> {
    const { store, timeline, changes } = this.#ports;
    const after = await timeline.locked(this.chat, async () => {
      const record = change(await this.record());
      const key = fileKeys.record(this.chat, this.id);
      const value = encode(fileRecord, record);
      await store.apply([{ table: 'file', key, value }, ...(await besides())]);
      return record;
    });
    changes.touchMessages(this.chat);
    return after;
  }

  /**
   * The same for whoever moves the file: one that a person paused meanwhile stays so, whatever was seen of it before.
   * @throws NoLongerWanted
   */
  advance(
    change: (record: FileRecord) => FileRecord,
    besides?: () => readonly Change[],
  ): Promise<FileRecord> {
    return this.update((record) => {
      if (record.state === 'paused') throw new NoLongerWanted();
      return change(record);
    }, besides);
  }

  /** Ends the work on this file. One that is wholly here stays so, whoever comes late. */
  finish(
    state: 'here' | 'paused' | 'failed',
    more: Partial<FileRecord> = {},
    besides: () => Promise<readonly Change[]> = async () => [],
  ): Promise<FileRecord> {
    const todo = { table: 'file', key: fileKeys.todo(this.chat, this.id), value: null } as const;
    return this.update(
      (record) => (record.state === 'here' ? record : { ...record, state, ...more }),
      async () => [todo, ...(await besides())],
    );
  }

  async piece(index: number): Promise<Uint8Array | undefined> {
    return this.#ports.store.get('piece', this.pieceKey(index));
  }

  pieceKey(index: number): string {
    return fileKeys.piece(this.chat, this.id, index);
  }

  /** The file of the message, as its row has it. @throws NoLongerWanted */
  async ref(): Promise<FileRef> {
    const message = await this.#ports.timeline.message(this.chat, this.id);
    if (!message?.file) throw new NoLongerWanted();
    return message.file;
  }
}

export function missing(present: Uint8Array, pieces: number): number[] {
  return Array.from({ length: pieces }, (_, index) => index).filter((i) => !has(present, i));
}

/** `present` with these pieces too. */
export function withPieces(
  present: Uint8Array,
  indices: readonly number[],
  pieces: number,
): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(pieces / 8));
  bitmap.set(present.subarray(0, bitmap.length));
  for (const index of indices) bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (1 << (index & 7));
  return bitmap;
}
