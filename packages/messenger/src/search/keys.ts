/** Where the index lies in the Store: a segment for each block of a chat, and a mark where one is to be made anew. */
import type { ChatId } from '../api.ts';
import type { Change } from '../store/store.ts';

export const DIRTY = { from: 'dirty/', to: 'dirty0' } as const;
export const SEGMENTS = { from: 'seg/', to: 'seg0' } as const;

const SEQ_DIGITS = 16;
/** As in segment.ts, which is loaded later. */
const BLOCK = 512;

/** The mark for the block of a row of the timeline; null for what is no row of the log. */
export function dirtied(rowKey: string): Change | null {
  const [chat, folder, place = ''] = rowKey.split('/');
  if (folder !== 'm') return null;
  const block = Math.floor(Number(place.slice(0, SEQ_DIGITS)) / BLOCK);
  return { table: 'search', key: `dirty/${blockKey(chat ?? '', block)}`, value: new Uint8Array() };
}

/** The same behind both folders. */
export function blockKey(chat: ChatId, block: number): string {
  return `${chat}/${String(block).padStart(12, '0')}`;
}

export function blockOf(key: string): { readonly chat: ChatId; readonly block: number } {
  const [, chat = '', block = ''] = key.split('/');
  return { chat, block: Number(block) };
}
