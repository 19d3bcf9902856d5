/** What is typed here, written into a draft: own messages until the log has them. */
import type { MessageId, PersonId, ProblemCode } from '../api.ts';
import { Problem } from '../api.ts';
import { amendmentOf, mayAmend, type PendingAmendment, withPending } from './amendment.ts';
import type { Queued } from './arrived.ts';
import type { Draft } from './draft.ts';
import { addAmendment, insertLogged, messageRow, raiseTop } from './incoming.ts';
import { keys, type MessageRow } from './row.ts';
import { moveMark } from './unread.ts';

/** Own amendments of one message that may be on their way at once. */
const PENDING = 256;

export async function addQueued(draft: Draft, queued: Queued): Promise<void> {
  const amended = amendmentOf(queued.content);
  if (amended) {
    const { id, sender } = queued;
    const pending = { id, sender, amendment: amended.amendment, failed: false };
    await addPending(draft, amended.target, pending);
  } else if (queued.content.kind === 'receipt') {
    await moveMark(draft, queued.content.read);
  } else {
    const row = messageRow({ ...queued, seq: null, mine: true });
    if (row) await addWaiting(draft, row);
  }
}

/** The log has an own message, at `seq`. */
export async function place(draft: Draft, id: MessageId, seq: number, me: PersonId): Promise<void> {
  await raiseTop(draft, seq);
  const own = await unsent(draft, id);
  if (own?.is === 'message') {
    draft.put('timeline', own.key, null);
    await insertLogged(draft, { ...own.row, seq, state: null, problem: null }, me);
  } else if (own?.is === 'amendment') {
    const { sender, amendment } = own.pending;
    draft.putRow(own.key, without(own.row, id), own.row);
    draft.putIndex(id, null);
    await addAmendment(draft, own.row.id, { seq, sender, amendment }, me);
  }
}

/** What somebody handed on before the log had it (../carry) goes for what the log has. */
export async function makeWay(draft: Draft, { id, sender }: Pick<Queued, 'id' | 'sender'>) {
  const found = await unsent(draft, id);
  if (found?.is !== 'message' || found.row.mine || found.row.sender !== sender) return;
  draft.put('timeline', found.key, null);
  draft.putIndex(id, null);
}

/** How an own message fares on its way; one that the log has is past that. */
export async function setState(
  draft: Draft,
  id: MessageId,
  state: 'waiting' | 'sending' | 'failed',
  problem: ProblemCode | null,
): Promise<void> {
  const own = await unsent(draft, id);
  if (own?.is === 'message') {
    draft.putRow(own.key, { ...own.row, state, problem });
  } else if (own?.is === 'amendment') {
    const failed = state === 'failed';
    const pending = own.row.pending.map((one) => (one.id === id ? { ...one, failed } : one));
    draft.putRow(own.key, { ...own.row, pending }, own.row);
  }
}

/** Drops what the log does not have; a message takes its file and its amendments along. */
export async function drop(draft: Draft, id: MessageId): Promise<void> {
  const own = await unsent(draft, id);
  if (own?.is === 'message') {
    draft.put('timeline', own.key, null);
    draft.unlist();
    for (const gone of [id, ...own.row.pending.map((pending) => pending.id)]) {
      draft.putIndex(gone, null);
    }
    if (own.row.file) await draft.eraseFile(id, own.row.file);
  } else if (own?.is === 'amendment') {
    draft.putRow(own.key, without(own.row, id), own.row);
    draft.putIndex(id, null);
  }
}

/** A row that is there already keeps its place: a file's message is queued again once its pieces are sent. */
async function addWaiting(draft: Draft, row: MessageRow): Promise<void> {
  const waiting: MessageRow = { ...row, state: 'waiting' };
  const place = await draft.index(row.id);
  if (place) {
    const own = await unsent(draft, row.id);
    if (own?.is !== 'message') return;
    const { pending, reactions } = own.row;
    draft.putRow(own.key, { ...waiting, pending, reactions });
    return;
  }
  const counts = await draft.counts();
  const key = keys.queued(draft.chat, counts.next);
  draft.putCounts({ ...counts, next: counts.next + 1 });
  draft.putIndex(row.id, { is: 'row', key });
  draft.putRow(key, waiting);
}

async function addPending(
  draft: Draft,
  target: MessageId,
  pending: PendingAmendment,
): Promise<void> {
  if (await draft.index(pending.id)) return setState(draft, pending.id, 'waiting', null);
  const place = await draft.index(target);
  const row = place?.is === 'row' ? await draft.row(place.key) : undefined;
  if (place?.is !== 'row' || row?.row !== 'message') throw new Problem('not-found');
  const { kind } = pending.amendment;
  // The others could not find what the log does not have yet.
  const early = kind === 'pin' && row.seq === null;
  if (early || !mayAmend(withPending(row), pending.sender, kind)) {
    throw new Problem('not-allowed');
  }
  if (row.pending.length === PENDING) throw new Problem('rate');
  // Whoever tries something else has seen what was refused.
  for (const { id, failed } of row.pending) if (failed) draft.putIndex(id, null);
  draft.putIndex(pending.id, { is: 'amendment', target });
  const others = row.pending.filter(({ failed }) => !failed);
  draft.putRow(place.key, { ...row, pending: [...others, pending] }, row);
  if (pending.amendment.kind !== 'react') draft.unlist();
}

type Unsent =
  | { readonly is: 'message'; readonly key: string; readonly row: MessageRow }
  | {
      readonly is: 'amendment';
      readonly key: string;
      readonly row: MessageRow;
      readonly pending: PendingAmendment;
    };

/** What an id names among that which the log does not have yet; null: nothing. */
async function unsent(draft: Draft, id: MessageId): Promise<Unsent | null> {
  const named = await draft.index(id);
  const place = named?.is === 'amendment' ? await draft.index(named.target) : named;
  if (place?.is !== 'row') return null;
  const row = await draft.row(place.key);
  if (row?.row !== 'message') return null;
  if (named?.is === 'row') return row.seq === null ? { is: 'message', key: place.key, row } : null;
  const pending = row.pending.find((one) => one.id === id);
  return pending ? { is: 'amendment', key: place.key, row, pending } : null;
}

function without(row: MessageRow, id: MessageId): MessageRow {
  return { ...row, pending: row.pending.filter((pending) => pending.id !== id) };
}
