/** That the blob of an own file is to leave the server: a record, until it has. */
import { bytes, struct } from '@polynya/protocol/schema';
import type { ChatId, MessageId } from '../api.ts';
import type { Change } from '../store/store.ts';
import { encode } from '../timeline/stored.ts';

export const dropRecord = struct({ blob: bytes(16), secret: bytes(32) });
export const DROPS = { from: 'drop/', to: 'drop0' };

/** What has the blob of an own file dropped. */
export function dropWanted(
  chat: ChatId,
  id: MessageId,
  blob: Uint8Array,
  secret: Uint8Array,
): Change {
  return { table: 'file', key: `drop/${chat}/${id}`, value: encode(dropRecord, { blob, secret }) };
}
