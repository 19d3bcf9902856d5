/**
 * A message taken off this device alone ("delete for me"). Its row goes, its id stays known, so that it does not come
 * back when the log, another device or a member brings it again.
 */
import { type MessageId, type PersonId, Problem } from '../api.ts';
import { eraseFile, pieceCount } from '../files/file-record.ts';
import type { Draft } from './draft.ts';
import { recount } from './unread.ts';

/** @throws Problem `not-found`; `not-allowed`: not in the log yet, so that it could still be sent */
export async function hide(draft: Draft, id: MessageId, me: PersonId): Promise<void> {
  const place = await draft.index(id);
  const row = place?.is === 'row' ? await draft.row(place.key) : undefined;
  if (place?.is !== 'row' || row?.row !== 'message') throw new Problem('not-found');
  if (row.seq === null) throw new Problem('not-allowed');
  draft.put('timeline', place.key, null);
  draft.movePin(row);
  draft.forgetPast(id);
  draft.putCounts(recount(await draft.counts(), row, { ...row, deleted: true }, me));
  if (!row.file) return;
  // From here only: an own file stays where the others fetch it.
  for (const { table, key, value } of eraseFile(draft.chat, id, pieceCount(row.file) ?? 0)) {
    draft.put(table, key, value);
  }
}
