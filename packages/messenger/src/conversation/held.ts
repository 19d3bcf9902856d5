/**
 * What a device holds of a conversation at one moment, and how it lies in the store. A `Held` is a value: a
 * step makes a new one, stores what differs in one batch, and only then is the new one the present.
 */
import type { Engine, Group } from '@polynya/mls/engine';
import type { ChatId } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
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

const PLACES = ['group', 'staged', 'seat', 'parent'] as const;

/** The writes that turn what is stored for `before` into `after`. */
export function heldChanges(chat: ChatId, before: Held | null, after: Held): Change[] {
  const changes: Change[] = [{ table: 'log', key: chat, value: encodeState(after.state) }];
  for (const place of PLACES) {
    const [was, is] = [before?.[place] ?? null, after[place]];
    if (was === is) continue;
    const [old, now] = [was?.snapshot() ?? null, is?.snapshot() ?? null];
    if (old?.tree !== now?.tree) {
      changes.push({ table: 'group', key: `${chat}/${place}/tree`, value: now?.tree ?? null });
    }
    changes.push({ table: 'group', key: `${chat}/${place}/rest`, value: now?.rest ?? null });
  }
  return changes;
}

/** Every group that it holds. */
export function groupsOf({ group, staged, seat, parent }: Held): Group[] {
  return [group, staged, seat, parent].flatMap((one) => one ?? []);
}

/** Everything of a conversation but its messages. */
export function forgetHeld(chat: ChatId): Change[] {
  return [
    { table: 'log', key: chat, value: null },
    ...PLACES.flatMap((place): Change[] => [
      { table: 'group', key: `${chat}/${place}/tree`, value: null },
      { table: 'group', key: `${chat}/${place}/rest`, value: null },
    ]),
  ];
}

/** @throws ProtocolError or MlsError 'malformed' where what is stored is not what was stored */
export async function loadHeld(store: Store, engine: Engine, chat: ChatId): Promise<Held | null> {
  const stored = await store.get('log', chat);
  if (!stored) return null;
  const [group, staged, seat, parent] = await Promise.all(
    PLACES.map((place) => loadGroup(store, engine, `${chat}/${place}`)),
  );
  if (!group) return null;
  return {
    state: decodeState(stored),
    group,
    staged: staged ?? null,
    seat: seat ?? null,
    parent: parent ?? null,
  };
}

async function loadGroup(store: Store, engine: Engine, key: string): Promise<Group | null> {
  const [tree, rest] = await Promise.all([
    store.get('group', `${key}/tree`),
    store.get('group', `${key}/rest`),
  ]);
  if (!tree || !rest) return null;
  return engine.restore({ tree, rest });
}
