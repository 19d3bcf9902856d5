/**
 * What a person records to send it, one recording in a chat: kept piece by piece as it comes, sealed like everything
 * else, so that neither a reload nor an accident takes what was said. It is there until it is sent or dropped.
 */
import { text } from '@polynya/protocol/schema';
import type { ChatId } from '../api.ts';
import type { Device } from '../device.ts';
import type { Change, Store } from '../store/store.ts';
import { decode, encode } from '../timeline/stored.ts';
import { fileKeys } from './file-record.ts';
import { recordingKey } from './recording-key.ts';

/** As a message's id in the keys of pieces: none is called so. */
const RECORDING = 'recording';
const kind = text(127);
const piecesOf = (chat: ChatId) => ({ from: `${chat}/${RECORDING}/`, to: `${chat}/${RECORDING}0` });

/**
 * Keeps one more piece. Piece 0 begins a recording, and takes the place of one that was left.
 * @param piece of the type that the whole has
 * @throws StoreError `full`
 */
export async function keepRecording(
  { ports: { store }, changes }: Device,
  chat: ChatId,
  index: number,
  piece: Blob,
): Promise<void> {
  const value = new Uint8Array(await piece.arrayBuffer());
  await store.apply([
    ...(index === 0 ? await forgetRecording(store, chat) : []),
    { table: 'setting', key: recordingKey(chat), value: encode(kind, piece.type) },
    { table: 'piece', key: fileKeys.piece(chat, RECORDING, index), value },
  ]);
  if (index === 0) changes.touch(`chat/${chat}`);
}

/** As far as it was kept; null: there is none. @throws StoreError */
export async function recordingIn(
  { ports: { store } }: Device,
  chat: ChatId,
): Promise<Blob | null> {
  const type = await store.get('setting', recordingKey(chat));
  if (!type) return null;
  const pieces = await store.range('piece', piecesOf(chat));
  return new Blob(
    pieces.map(([, value]) => value as Uint8Array<ArrayBuffer>),
    { type: decode(kind, type) },
  );
}

/** @throws StoreError */
export async function dropRecording(
  { ports: { store }, changes }: Device,
  chat: ChatId,
): Promise<void> {
  await store.apply(await forgetRecording(store, chat));
  changes.touch(`chat/${chat}`);
}

/** What takes it off this device. @throws StoreError */
export async function forgetRecording(store: Store, chat: ChatId): Promise<Change[]> {
  const pieces = await store.range('piece', piecesOf(chat));
  return [
    { table: 'setting', key: recordingKey(chat), value: null },
    ...pieces.map(([key]): Change => ({ table: 'piece', key, value: null })),
  ];
}
