/**
 * Counts that follow the rows: how many of others' messages lie beyond the read mark, and which of
 * them mention this person. Kept as rows change, so that a list of chats reads none of them.
 */
import type { ChatId, PersonId } from '../api.ts';
import type { Store } from '../store/store.ts';
import type { Draft } from './draft.ts';
import { type Counts, keys, type MessageRow, row } from './row.ts';
import { decode } from './stored.ts';

/** Mentions kept, the newest. */
const MENTIONS = 64;
/** seqs looked at in one go. */
const STRIDE = 512;

/** The counts after a row changed from `before` (null: it was not there) to `after`. */
export function recount(
  counts: Counts,
  before: MessageRow | null,
  after: MessageRow,
  me: PersonId,
): Counts {
  const was = before !== null && isUnread(before, counts.mark);
  const is = isUnread(after, counts.mark);
  const unread = counts.unread + Number(is) - Number(was);
  const mentioned = is && after.mentions.includes(me);
  if (unread === counts.unread && mentioned === counts.mentions.includes(after.seq ?? -1)) {
    return counts;
  }
  const others = counts.mentions.filter((seq) => seq !== after.seq);
  const mentions = mentioned && after.seq !== null ? [...others, after.seq] : others;
  return { ...counts, unread, mentions: mentions.sort((a, b) => a - b).slice(-MENTIONS) };
}

/** Moves the read mark up to `seq`, never back, nor beyond what was met. */
export async function moveMark(draft: Draft, seq: number): Promise<void> {
  const counts = await draft.counts();
  const mark = Math.min(seq, counts.top);
  if (mark <= counts.mark) return;
  const unread = mark === counts.top ? 0 : counts.unread - (await unreadUpTo(draft, counts, mark));
  const mentions = counts.mentions.filter((mention) => mention > mark);
  draft.putCounts({ ...counts, mark, unread, mentions });
}

export function isUnread(row: MessageRow, mark: number): boolean {
  return !row.mine && !row.deleted && row.seq !== null && row.seq > mark;
}

/** seq of the oldest unread message; null: all was read. */
export async function findFirstUnread(
  store: Store,
  chat: ChatId,
  { mark, top, unread }: Counts,
): Promise<number | null> {
  if (unread === 0) return null;
  let { from, to } = keys.between(chat, mark + 1, top + 1);
  for (;;) {
    const rows = await store.range('timeline', { from, to, limit: STRIDE });
    for (const [key, value] of rows) {
      const found = decode(row, value);
      if (found.row === 'message' && isUnread(found, mark)) return found.seq;
      from = `${key}\0`;
    }
    if (rows.length < STRIDE) return null;
  }
}

/** How many of the unread messages have a seq of at most `mark`. */
async function unreadUpTo(draft: Draft, counts: Counts, mark: number): Promise<number> {
  let count = 0;
  for (let from = counts.mark + 1; from <= mark && count < counts.unread; from += STRIDE) {
    const to = Math.min(from + STRIDE, mark + 1);
    const rows = await draft.rows(keys.between(draft.chat, from, to));
    count += rows.filter((row) => row.row === 'message' && isUnread(row, counts.mark)).length;
  }
  return count;
}
