/** One batch of messages at a time: sealed and stored, sent, and sealed anew where the epoch went on. */
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import { content as contentCodec } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import { type ErrorCode, ProtocolError } from '@polynya/protocol/protocol-error';
import { ENTRY_KINDS, type Entry } from '@polynya/protocol/requests';
import type { ProblemCode } from '../api.ts';
import { wake } from '../push/wake.ts';
import type { Change } from '../store/store.ts';
import { appendOnce, meetEarlier } from './already-sent.ts';
import type { Core } from './core.ts';
import { batchOf, sealItems, type Unsealed } from './sealing.ts';
import type { ConversationState, SealedItem } from './state.ts';

/** ms between two receipts, for each person who is told: each of them pays for each receipt. */
const RECEIPT_PAUSE = { read: 500, delivered: 1_000 };
/** Past so many people nobody is told what merely arrived. */
const FEW = 16;

/** Refusals that another attempt may not meet: the log went on, or shut us out, which reading it will show. */
export const BEHIND: readonly ErrorCode[] = ['stale', 'forbidden', 'not-found'];

export interface Sent {
  /** What the log took, as it will show it. */
  readonly sent: readonly Entry[];
  /** The log went on: read it, and come again. */
  readonly refused: ProtocolError | null;
}

/** Sends the stored batch. @throws ProtocolError retriable; StoreError */
export async function sendBatch(core: Core): Promise<Sent> {
  const { state, group } = core.held;
  if (state.batch.some(({ epoch }) => epoch < group.epoch - LIMITS.epochs)) await sealAnew(core);
  const { batch } = core.held.state;
  try {
    const entries = batch.map(({ id, epoch, body }) => ({ id, epoch, body }));
    const appending = appendOnce(core.log, entries);
    wake(core);
    const seqs = await appending;
    const sent = batch.map(({ id, epoch, body }, i) => {
      return { seq: seqs[i] ?? 0, kind: ENTRY_KINDS.message, epoch, id, body, turn: null };
    });
    await meetEarlier(core, sent);
    return { sent, refused: null };
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.retriable) throw error;
    if (!BEHIND.includes(error.code)) {
      await giveUp(core, batch, problemOf(error.code));
      return { sent: [], refused: null };
    }
    if (error.code === 'stale' && batch.some(({ epoch }) => epoch < core.held.group.epoch)) {
      await sealAnew(core);
      return { sent: [], refused: null };
    }
    return { sent: [], refused: error };
  }
}

/** The same contents under the same ids, in the present epoch. Only after the log refused the old ones. */
async function sealAnew(core: Core): Promise<void> {
  const { held } = core;
  const again = held.state.batch.map((item) => ({
    ...item,
    earlier: [...item.earlier, sha256(item.body)].slice(-8),
  }));
  const { group, batch } = await sealItems(held.group, held.state, again);
  await core.save({ ...held, group, state: { ...held.state, batch } });
}

/** Seals what waits, receipts among it. `dueIn` ms: when a receipt that waits is to be sent. */
export async function sealNext(
  core: Core,
  read: number,
): Promise<{ readonly sealed: boolean; readonly dueIn: number | null }> {
  const { held, world } = core;
  const asked = world.request(core.chat);
  if (asked && !asked.declined) return { sealed: false, dueIn: null };
  const rows = await core.outbox.first(LIMITS.batch);
  const now = world.clock.now();
  const told = asked ? null : receiptOf(held.state, read);
  const others = Math.max(1, held.state.people.filter(({ here }) => here).length - 1);
  const dueIn = told ? core.receiptDueIn(told.kind, now, RECEIPT_PAUSE[told.kind] * others) : null;
  if (rows.length === 0 && (dueIn === null || dueIn > 0)) return { sealed: false, dueIn };
  const items: Unsealed[] = batchOf(rows).map((row) => ({ ...row, row: row.key }));
  // Any message says what its sender has: beside one, only what was read is worth a receipt.
  const implied = told?.kind === 'delivered' && items.length > 0;
  if (told && !implied && items.length < LIMITS.batch) {
    const content = encodeCbor(contentCodec.encode({ kind: 'receipt', ...told.marks }));
    items.unshift({ id: world.random(16), at: now, content, row: '' });
  }
  const { group, batch } = await sealItems(held.group, held.state, items);
  const said = implied || batch.some(({ row }) => row === '');
  const marks = told && said ? told.marks : held.state.told;
  await core.save({ ...held, group, state: { ...held.state, batch, told: marks } });
  core.receiptSent();
  return { sealed: true, dueIn: null };
}

/** What others are still to be told; null: nothing. Receipts speak of what people wrote, not of each other. */
function receiptOf(
  { people, told, seen }: ConversationState,
  read: number,
): { kind: 'read' | 'delivered'; marks: ConversationState['told'] } | null {
  const few = people.filter(({ here }) => here).length <= FEW;
  const wantedRead = Math.max(told.read, Math.min(read, seen.delivered));
  const delivered = few ? seen.delivered : wantedRead;
  if (wantedRead > told.read) return { kind: 'read', marks: { delivered, read: wantedRead } };
  if (!few || delivered <= told.delivered) return null;
  return { kind: 'delivered', marks: { delivered, read: told.read } };
}

/** The server will never take these: they are set aside, marked, and can be retried. */
async function giveUp(
  core: Core,
  batch: readonly SealedItem[],
  problem: ProblemCode,
): Promise<void> {
  const { held, world, chat, outbox } = core;
  const after = { ...held, state: { ...held.state, batch: [] } };
  await world.timeline.locked(chat, async () => {
    const changes: Change[] = [];
    for (const item of batch) {
      if (item.row) changes.push(...outbox.setAside({ ...item, key: item.row }));
    }
    await core.save(after, changes);
  });
  for (const { id, row } of batch) {
    if (!row) continue;
    await world.timeline.locked(chat, async () =>
      world.store.apply(await world.timeline.state(chat, toHex(id), 'failed', problem)),
    );
  }
  core.touch();
}

export function problemOf(code: ErrorCode): ProblemCode {
  if (code === 'quota' || code === 'too-big' || code === 'version') return code;
  return 'failed';
}
