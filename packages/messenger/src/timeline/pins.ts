/**
 * What is kept at the top of a chat (docs/protocol.md section 8, `pin`): a list beside the rows, by when each was
 * pinned, so that whoever opens a chat reads that list alone.
 */
import type { ChatId, PinView } from '../api.ts';
import type { Store } from '../store/store.ts';
import { withPending } from './amendment.ts';
import { keys, type MessageRow } from './row.ts';

/** Shown of a chat: those pinned last. */
const PINS = 32;

/** Where the list has this message; null: it is not pinned, as this person sees it. */
export function pinOf(chat: ChatId, row: MessageRow): string | null {
  const { seq, pin, edited } = withPending(row);
  return seq !== null && pin?.on ? keys.pin(chat, pin.seq, edited, seq) : null;
}

/** The one pinned last first. */
export async function pinsOf(store: Store, chat: ChatId): Promise<PinView[]> {
  const found = await store.range('timeline', { ...keys.pins(chat), limit: PINS, reverse: true });
  return found.map(([key]) => ({ seq: Number(key.slice(-16)), version: key }));
}
