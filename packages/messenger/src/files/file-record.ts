/**
 * How a file lies in the Store: a record of its transfer, a mark while there is work to do, and its
 * pieces, sealed as they travel (docs/protocol.md section 4, "blob").
 */

import { content, type FileRef } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import { bool, bytes, grown, type Infer, optional, struct } from '@polynya/protocol/schema';
import type { ChatId, MessageId } from '../api.ts';
import type { Change } from '../store/store.ts';
import { choice, problemCode } from '../timeline/stored.ts';

/** What AES-GCM adds to each piece. */
export const TAG = 16;
export const PIECE_SIZE = LIMITS.piece - TAG;
export const MAX_FILE = 100 * 1024 * 1024;
/** Fetched without being asked for, up to so many bytes. */
export const AUTOMATIC = 512 * 1024;
/** ... and in so many pieces: a sender could cut a small file into thousands, each a request. */
export const AUTOMATIC_PIECES = 16;

const everything = struct({
  direction: choice('up', 'down'),
  state: choice('waiting', 'moving', 'paused', 'failed', 'here'),
  problem: optional(problemCode),
  /** Bit i of byte i >> 3: piece i was moved. */
  present: bytes(0, LIMITS.pieces / 8),
  /** Of an own file: what takes its blob off the server. */
  drop: bytes(0, 32),
  /** Of an own file: the message that goes to the outbox when all pieces are on the server. null: still being copied. */
  content: optional(content),
  /** Of sound: it was played. */
  heard: bool,
});
export const fileRecord = grown(everything, 7, false);
export type FileRecord = Infer<typeof fileRecord>;

/** One to be fetched. */
export const INCOMING: FileRecord = {
  direction: 'down',
  state: 'waiting',
  problem: null,
  present: new Uint8Array(),
  drop: new Uint8Array(),
  content: null,
  heard: false,
};
/** An own one that is yet to be copied. */
export const OUTGOING: FileRecord = { ...INCOMING, direction: 'up' };

export const fileKeys = {
  record: (chat: ChatId, id: MessageId) => `record/${chat}/${id}`,
  records: (chat: ChatId) => ({ from: `record/${chat}/`, to: `record/${chat}0` }),
  /** There while the file is to be moved. */
  todo: (chat: ChatId, id: MessageId) => `todo/${chat}/${id}`,
  todos: { from: 'todo/', to: 'todo0' },
  piece: (chat: ChatId, id: MessageId, index: number) =>
    `${chat}/${id}/${String(index).padStart(4, '0')}`,
} as const;

/** How many pieces a file has; an empty file has one, which is empty. null: more than a blob may have. */
export function pieceCount({
  size,
  pieceSize,
}: Pick<FileRef, 'size' | 'pieceSize'>): number | null {
  if (pieceSize < 1 || pieceSize > PIECE_SIZE) return null;
  const count = Math.max(1, Math.ceil(size / pieceSize));
  return count > LIMITS.pieces ? null : count;
}

/** Plain bytes in piece `index`. */
export function pieceLength({ size, pieceSize }: FileRef, index: number): number {
  return Math.min(pieceSize, size - index * pieceSize);
}

/** Plain bytes moved so far. */
export function bytesDone(ref: FileRef, present: Uint8Array): number {
  let done = 0;
  for (let i = 0; i < present.length * 8; i++) if (has(present, i)) done += pieceLength(ref, i);
  return done;
}

export function has(present: Uint8Array, index: number): boolean {
  return (((present[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** What takes a file off this device: record, mark and every piece there may be. */
export function eraseFile(chat: ChatId, id: MessageId, pieces: number): Change[] {
  return [
    { table: 'file', key: fileKeys.record(chat, id), value: null },
    { table: 'file', key: fileKeys.todo(chat, id), value: null },
    ...erasePieces(chat, id, pieces),
  ];
}

export function erasePieces(chat: ChatId, id: MessageId, pieces: number): Change[] {
  return Array.from({ length: pieces }, (_, index) => ({
    table: 'piece' as const,
    key: fileKeys.piece(chat, id, index),
    value: null,
  }));
}
