/**
 * Own entries, met in the log. MLS cannot open what it sealed itself, so they are known by their ids and
 * bodies; the staged group of a Commit is adopted here and nowhere else.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { equal } from '@polynya/protocol/bytes';
import { decodeCbor } from '@polynya/protocol/cbor';
import { type Content, content as contentCodec } from '@polynya/protocol/content';
import type { Entry } from '@polynya/protocol/requests';
import type { Surroundings } from './advance.ts';
import type { Held } from './held.ts';
import type { PendingCommit, SealedItem } from './state.ts';

/** Without the pending Commit, which lost its race or was met. */
export function dropPending(held: Held): Held {
  if (!held.state.pending) return held;
  return { ...held, staged: null, state: { ...held.state, pending: null } };
}

/** As it left, with the turn that it left with: what a server made of it else is not ours. */
export function isOwnCommit(pending: PendingCommit | null, { id, body, turn }: Entry): boolean {
  return (
    pending !== null &&
    equal(pending.id, id) &&
    equal(pending.body, body) &&
    turn?.closes === pending.closes &&
    equal(turn.next, pending.next)
  );
}

/** The pending Commit was taken: its group is ours, or, for a joiner, the one its Welcome leads to. */
export async function adoptPending(held: Held, entry: Entry, around: Surroundings): Promise<Held> {
  const { state, staged } = held;
  const { pending } = state;
  if (!pending || !staged) return held;
  const joined = pending.own !== null;
  const turned = staged.following(held.group);
  const group = joined ? await around.adopt(held) : turned;
  return {
    group,
    staged: null,
    seat: joined ? turned : held.seat,
    state: {
      ...state,
      pending: null,
      healed: around.now,
      sinceHealed: 0,
      ...(joined && { phase: 'active', firstEpoch: entry.epoch + 1 }),
    },
  };
}

/**
 * The log has another entry under the id of an own message: its members bind their ids, so its server did that.
 * @returns the message, which will never come into the log by this id, and what is held without it
 */
export function displacedItem(held: Held, entry: Entry): { held: Held; item: SealedItem } | null {
  const item = held.state.batch.find(({ id }) => equal(id, entry.id));
  if (!item || isOf(item, entry)) return null;
  const batch = held.state.batch.filter((other) => other !== item);
  return { held: { ...held, state: { ...held.state, batch, trouble: 'server-lies' } }, item };
}

function isOf({ id, body, earlier }: SealedItem, entry: Entry): boolean {
  if (!equal(id, entry.id)) return false;
  if (equal(body, entry.body)) return true;
  const hash = earlier.length > 0 ? sha256(entry.body) : null;
  return hash !== null && earlier.some((one) => equal(one, hash));
}

/** The item of the batch in flight that this entry is, taken out of the batch; null if it is none. */
export function meetOwnItem(
  held: Held,
  entry: Entry,
): {
  readonly held: Held;
  readonly content: Content;
  /** Its CBOR. */
  readonly encoded: Uint8Array;
  readonly row: string;
  /** ms */
  readonly at: number;
} | null {
  const item = held.state.batch.find((one) => isOf(one, entry));
  if (!item) return null;
  const batch = held.state.batch.filter((other) => other !== item);
  const sinceHealed = held.state.sinceHealed + 1;
  return {
    held: { ...held, state: { ...held.state, batch, sinceHealed } },
    content: contentCodec.decode(decodeCbor(item.content)),
    encoded: item.content,
    row: item.row,
    at: item.at,
  };
}
