/**
 * What a device holds of a conversation at one moment, and how it lies in the store. A `Held` is a value: a
 * step makes a new one, stores what differs in one batch, and only then is the new one the present.
 */
import type { Engine, Group, GroupRecords, RecordChange } from '@polynya/mls/engine';
import { MlsError } from '@polynya/mls/mls-error';
import { equal } from '@polynya/protocol/bytes';
import type { ChatId } from '../api.ts';
import { type Change, type Reads, type Store, StoreError } from '../store/store.ts';
import { type ConversationState, decodeState, encodeState } from './state.ts';

export interface Held {
  readonly state: ConversationState;
  readonly group: Group;
  /** Staged: the group after the pending Commit, if the log takes it. */
  readonly staged: Group | null;
  /** The seat that this device came by: it opens what was sealed before the device came. */
  readonly seat: Group | null;
  /** Of a refounded conversation, for a while: the last good epoch of the log before, which other branches prove. */
  readonly parent?: Group | null;
}

/** Groups that are stored whole. A staged one is stored as what differs from the present one. */
const WHOLE = ['group', 'seat', 'parent'] as const;
const STAGED = 'staged';
type Place = (typeof WHOLE)[number] | typeof STAGED;

const prefixOf = (chat: ChatId, place: Place): string => `${chat}/${place}/`;

type Stored = readonly (readonly [key: string, value: Uint8Array])[];

const rows = (chat: ChatId, place: Place, changes: readonly RecordChange[]): Change[] =>
  changes.map(({ name, value }) => ({ table: 'group', key: prefixOf(chat, place) + name, value }));

const isNew = (before: Uint8Array | undefined, after: Uint8Array): boolean =>
  before === undefined || !equal(before, after);

/** A record of the present group that the staged one does not have. */
const GONE = new Uint8Array(0);

function overlay(held: Held | null): Map<string, Uint8Array> {
  if (!held?.staged || !held.group.active) return new Map();
  const { staged, group } = held;
  const changes = staged.following(group).changesSince(group);
  return new Map(changes.map(({ name, value }) => [name, value ?? GONE]));
}

function stagedChanges(before: Held | null, after: Held): RecordChange[] {
  if (before?.staged === after.staged && before?.group === after.group) return [];
  const [was, is] = [overlay(before), overlay(after)];
  const gone = [...was.keys()].filter((name) => !is.has(name));
  const written = [...is].filter(([name, value]) => isNew(was.get(name), value));
  return [
    ...gone.map((name) => ({ name, value: null })),
    ...written.map(([name, value]) => ({ name, value })),
  ];
}

/** The writes that turn what is stored for `before` into `after`. */
export function heldChanges(chat: ChatId, before: Held | null, after: Held): Change[] {
  const changes: Change[] = [{ table: 'log', key: chat, value: encodeState(after.state) }];
  for (const place of WHOLE) {
    const [was, is] = [before?.[place] ?? null, after[place] ?? null];
    if (was !== is) changes.push(...rows(chat, place, changesBetween(was, is)));
  }
  changes.push(...rows(chat, STAGED, stagedChanges(before, after)));
  return changes;
}

function changesBetween(before: Group | null, after: Group | null): readonly RecordChange[] {
  if (after !== null) return after.changesSince(before);
  return before?.changesSince(null).map(({ name }) => ({ name, value: null })) ?? [];
}

/** Every group that it holds. */
export function groupsOf({ group, staged, seat, parent }: Held): Group[] {
  return [group, staged, seat, parent].flatMap((one) => one ?? []);
}

/** Everything of a conversation but its messages. */
export async function forgetHeld(store: Store, chat: ChatId): Promise<Change[]> {
  const stored = await store.range('group', recordsOf(chat));
  const records = stored.map(([key]): Change => ({ table: 'group', key, value: null }));
  return [{ table: 'log', key: chat, value: null }, ...records];
}

/**
 * @throws StoreError `older` for what an earlier version stored; ProtocolError or MlsError `malformed` where what is
 *   stored is not what was stored
 */
export async function loadHeld(store: Reads, engine: Engine, chat: ChatId): Promise<Held | null> {
  const [state, records] = await Promise.all([
    store.get('log', chat),
    store.range('group', recordsOf(chat)),
  ]);
  const of = (place: Place) => recordsIn(prefixOf(chat, place), records);
  const [group, staged] = [of('group'), of(STAGED)];
  if (!state || group.size === 0) return null;
  const restored = (one: GroupRecords) => (one.size === 0 ? null : restore(engine, one));
  return {
    group: restore(engine, group),
    state: decodeState(state),
    staged: staged.size === 0 ? null : restore(engine, laidOver(group, staged)),
    seat: restored(of('seat')),
    parent: restored(of('parent')),
  };
}

/** Where the records of a chat's groups lie in their table. */
function recordsOf(chat: ChatId): { readonly from: string; readonly to: string } {
  return { from: `${chat}/`, to: `${chat}0` };
}

function restore(engine: Engine, stored: GroupRecords): Group {
  try {
    return engine.restore(stored);
  } catch (error) {
    const isOther = error instanceof MlsError && error.code === 'other-version';
    throw isOther ? new StoreError('older', 'an early version made this store', error) : error;
  }
}

function recordsIn(prefix: string, records: Stored): GroupRecords {
  return new Map(
    records
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

function laidOver(group: GroupRecords, staged: GroupRecords): GroupRecords {
  const whole = new Map([...group, ...staged]);
  for (const [name, value] of staged) if (value.length === 0) whole.delete(name);
  return whole;
}
