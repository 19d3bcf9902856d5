/** Where the list of chats lies at rest: in a few hundred records, by the ends of the chats' ids, which are random. */
import type { ChatId } from '../api.ts';
import type { Change } from '../store/store.ts';

/** Begins anew when the shape of a summary changes: others are not read. */
const VERSION = 'list/1/';
export const LIST = { from: VERSION, to: 'list/10' } as const;

export const listRecord = (chat: ChatId): string => VERSION + chat.slice(-2);

/** To be stored with whatever takes something from a chat: its record is missing until it is written anew. */
export function unlisted(chat: ChatId): Change {
  return { table: 'setting', key: listRecord(chat), value: null };
}
