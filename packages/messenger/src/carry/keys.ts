/**
 * What members of a chat seal to each other with where no server is: a secret of an epoch. Those of the last epochs are
 * kept, because whoever has had no line for long stands in one of them.
 */
import type { Group } from '@polynya/mls/engine';
import { equal, toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { LIMITS } from '@polynya/protocol/limits';
import { bool, bytes, struct, uint } from '@polynya/protocol/schema';
import type { ChatId } from '../api.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Held } from '../conversation/held.ts';
import type { Device, Ports } from '../device.ts';
import type { Change, Store } from '../store/store.ts';

/** ms that a key is kept, as MLS keeps those of past epochs. */
const KEPT = 7 * 86_400_000;

const keptKey = struct({
  key: bytes(32),
  epoch: uint(),
  /** ms: when the epoch ended. */
  at: uint(),
  /** Somebody was removed since: opens what others sealed, and seals nothing. */
  closed: bool,
});

export interface CarryKeys {
  /** For everybody who stands in the chat now; this epoch's first. */
  readonly sealing: readonly Uint8Array[];
  /** What members may have sealed with who have not heard of all Commits. */
  readonly opening: readonly Uint8Array[];
}

/** 32 bytes, the same for all members of this epoch and for nobody else. */
export function carryKey(group: Group): Promise<Uint8Array> {
  return group.export('polynya carried', new Uint8Array(0), 32);
}

/** Chats that something may be carried for. */
export function carriedChats({ conversations, memory }: Device): Conversation[] {
  return [...conversations.values()].filter(
    ({ chat, held }) => held.state.phase === 'active' && held.group.active && !memory.request(chat),
  );
}

/** The keys of a chat's last epochs. */
export async function keysOf(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  { chat, held }: Conversation,
): Promise<CarryKeys> {
  const { group, state } = held;
  const present = await carryKey(group);
  const kept = (await load(store, prefixOf(chat, state.log))).map(([, value]) => value);
  const lately = kept.filter((one) => !isOld(one, clock.now()));
  const past = lately.filter(({ epoch }) => epoch < group.epoch).reverse();
  const open = past.filter(({ closed }) => !closed);
  return {
    sealing: [present, ...open.map(({ key }) => key)],
    opening: [present, ...past.map(({ key }) => key)],
  };
}

/** The writes that keep the key of an epoch which ends, and let go of those that ended long ago. */
export async function keyPassed(
  { store, now }: { readonly store: Store; readonly now: number },
  chat: ChatId,
  before: Held,
  after: Held,
): Promise<Change[]> {
  const prefix = prefixOf(chat, before.state.log);
  const closes = removesSomebody(before.group, after.group);
  const changes: Change[] = [];
  for (const [name, kept] of await load(store, prefix)) {
    const over = kept.epoch < after.group.epoch - LIMITS.epochs || isOld(kept, now);
    if (over) changes.push(gone([name, kept]));
    else if (closes && !kept.closed) changes.push(saved(name, { ...kept, closed: true }));
  }
  // Before that this device was not here.
  if (!before.group.active || !after.group.active || before.state.phase !== 'active')
    return changes;
  const { epoch } = before.group;
  const own = { key: await carryKey(before.group), epoch, at: now, closed: closes };
  return [...changes, saved(prefix + String(epoch).padStart(16, '0'), own)];
}

/** The writes that take every kept key of a chat away. */
export async function forgetKeys(store: Store, chat: ChatId): Promise<Change[]> {
  return (await load(store, `key/${chat}/`)).map(gone);
}

/** The writes that take away what was kept for long enough, of chats in which no Commit comes, too. */
export async function oldKeys({ store, clock }: Pick<Ports, 'store' | 'clock'>): Promise<Change[]> {
  const all = await load(store, 'key/');
  return all.filter(([, kept]) => isOld(kept, clock.now())).map(gone);
}

type Kept = ReturnType<typeof keptKey.decode>;

async function load(store: Store, prefix: string): Promise<[string, Kept][]> {
  const rows = await store.range('entry', { from: prefix, to: `${prefix.slice(0, -1)}0` });
  return rows.map(([name, value]) => [name, keptKey.decode(decodeCbor(value))]);
}

function isOld({ at }: Kept, now: number): boolean {
  return at < now - KEPT;
}

function gone([key]: readonly [string, Kept]): Change {
  return { table: 'entry', key, value: null };
}

function saved(key: string, value: Kept): Change {
  return { table: 'entry', key, value: encodeCbor(keptKey.encode(value)) };
}

function prefixOf(chat: ChatId, log: Uint8Array): string {
  return `key/${chat}/${toHex(log)}/`;
}

function removesSomebody(before: Group, after: Group): boolean {
  return before.members.some(
    (member) =>
      !after.members.some(
        ({ leaf, signatureKey }) =>
          leaf === member.leaf && equal(signatureKey, member.signatureKey),
      ),
  );
}
