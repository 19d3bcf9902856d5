/** Contents become sealed entries: each with what its sender had seen, bound to its id, in one batch. */
import type { Group } from '@polynya/mls/engine';
import { decodeCbor } from '@polynya/protocol/cbor';
import { content as contentCodec, encodeMessage } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import { viewOf } from './agreed-view.ts';
import { type ConversationState, hashAt, type SealedItem } from './state.ts';

/** Bytes of contents in one batch, so that it fits an envelope. */
const BATCH_BYTES = 60_000;

/** At `at` ms. */
export type Unsealed = Pick<SealedItem, 'id' | 'content' | 'row' | 'at'> &
  Partial<Pick<SealedItem, 'earlier'>>;

/** As many of them, from the first on, as fit one batch. */
export function batchOf<T extends Pick<Unsealed, 'content'>>(items: readonly T[]): T[] {
  let bytes = 0;
  const fitting = items.slice(0, LIMITS.batch).findIndex((item, at) => {
    bytes += item.content.length + 512;
    return at > 0 && bytes > BATCH_BYTES;
  });
  return items.slice(0, fitting < 0 ? LIMITS.batch : fitting);
}

/** Store the new group and the batch before a byte of it leaves. */
export async function sealItems(
  group: Group,
  state: ConversationState,
  items: readonly Unsealed[],
): Promise<{ readonly group: Group; readonly batch: SealedItem[] }> {
  const hash = hashAt(state, state.cursor) ?? state.hash.slice(0, 6);
  const authenticator = viewOf(group, state);
  const batch: SealedItem[] = [];
  let sealing = group;
  for (const item of items) {
    const plaintext = encodeMessage({
      at: Math.floor(item.at / 1_000),
      seq: state.cursor,
      hash,
      authenticator,
      body: contentCodec.decode(decodeCbor(item.content)),
    });
    const sealed = await sealing.seal(plaintext, item.id);
    sealing = sealed.group;
    batch.push({ earlier: [], ...item, epoch: group.epoch, body: sealed.body });
  }
  return { group: sealing, batch };
}
