/**
 * How far the groups of chats had come that this device left and forgot. A last-resort KeyPackage serves many times
 * (RFC 9420 section 16.8), so a Welcome to it can be repeated: one from before we left brings nothing back.
 */
import type { Group } from '@polynya/mls/engine';
import { equal, toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { bytes, struct, uint } from '@polynya/protocol/schema';
import type { ConversationState } from '../conversation/state.ts';
import type { Change, Store } from '../store/store.ts';

const record = struct({ log: bytes(16), epoch: uint(), at: uint() });
const PREFIX = 'left/';
/** ms: no KeyPackage lives so long. */
const FADES = 40 * 86_400_000;

/** The writes that remember a chat which is forgotten otherwise. @param now ms */
export function leftBehind(
  { state, group }: { readonly state: ConversationState; readonly group: Pick<Group, 'epoch'> },
  now: number,
): Change[] {
  const { log, refounded } = state;
  const logs: [Uint8Array, number][] = [[log, group.epoch]];
  // Nobody is let into a log that its members left.
  if (refounded && !equal(refounded.log, log)) logs.push([refounded.log, Number.MAX_SAFE_INTEGER]);
  return logs.map(([log, epoch]) => ({
    table: 'self',
    key: `${PREFIX}${toHex(log)}`,
    value: encodeCbor(record.encode({ log, epoch, at: now })),
  }));
}

/** Whether a Welcome into `group` is of later than when this device left it, if it ever did. */
export async function isNews(
  store: Store,
  group: Pick<Group, 'id' | 'epoch'>,
  before: { readonly state: ConversationState; readonly group: Pick<Group, 'epoch'> } | undefined,
): Promise<boolean> {
  if (before) return equal(before.state.log, group.id) && group.epoch > before.group.epoch;
  const stored = await store.get('self', `${PREFIX}${toHex(group.id)}`);
  return stored === undefined || group.epoch > record.decode(decodeCbor(stored)).epoch;
}

/** The writes that drop what is remembered of so long ago that no Welcome from then opens. @param now ms */
export async function faded(store: Store, now: number): Promise<Change[]> {
  const rows = await store.range('self', { from: PREFIX, to: 'left0' });
  return rows
    .filter(([, value]) => record.decode(decodeCbor(value)).at + FADES < now)
    .map(([key]) => ({ table: 'self', key, value: null }));
}
