/** Own Commits: staged, checked against the law that others will hold them to, and made ready to travel. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { CommitView, Engine, Group, OwnKeyPackage } from '@polynya/mls/engine';
import { MlsError } from '@polynya/mls/mls-error';
import type { NewEntry, Turn } from '@polynya/protocol/requests';
import { Problem } from '../api.ts';
import type { Handover } from '../invite/handover.ts';
import type { Change } from '../store/store.ts';
import { capability } from './capability.ts';
import type { Held } from './held.ts';
import { standingOf } from './people.ts';
import { lawful } from './policy.ts';
import { nameOf, replacementsIn } from './replaced.ts';
import { leavesOf } from './roster.ts';
import type { PendingCommit } from './state.ts';

/** What a Commit is to do. With nothing in it: new keys for the own leaf. */
export interface CommitChange {
  /** KeyPackages. */
  readonly add?: readonly Uint8Array[];
  /** Leaves. */
  readonly remove?: readonly number[];
  readonly handovers?: readonly Handover[];
  /** A joiner's own device, which is among `add`. */
  readonly own?: OwnKeyPackage;
  /** Stored together with the pending Commit. */
  readonly saved?: readonly Change[];
}

/** Both in one Commit. */
export function mergeChanges(a: CommitChange, b: CommitChange): CommitChange {
  return {
    add: [...(a.add ?? []), ...(b.add ?? [])],
    remove: [...new Set([...(a.remove ?? []), ...(b.remove ?? [])])],
    handovers: [...(a.handovers ?? []), ...(b.handovers ?? [])],
    saved: [...(a.saved ?? []), ...(b.saved ?? [])],
  };
}

/** Something to be committed, now or after another's Commit came first. */
export interface Intent {
  /** What is left to do, given the present group; null: nothing. @throws Problem: it cannot be done */
  build(held: Held): Promise<CommitChange | null>;
  /** It is in the log, or moot, or cannot be done. */
  settle(error: Error | null): void;
}

/**
 * Stages a Commit; `held` with it as pending is to be stored before it is sent.
 * @throws Problem 'not-allowed' for what members would not follow, 'group-full', 'already-member'
 */
export async function stageCommit(
  engine: Engine,
  held: Held,
  id: Uint8Array,
  change: CommitChange,
): Promise<Held> {
  const { add = [], remove = [], handovers = [], own = null } = change;
  const view = await refuseUnlawful(engine, held, add, remove);
  const staged = await commit(held.group, id, add, remove);
  const next = await capability(staged.group);
  const pending: PendingCommit = {
    id,
    epoch: held.group.epoch,
    body: staged.body,
    closes: staged.closes,
    next: sha256(next),
    welcome: staged.welcome ?? null,
    handovers: handovers.map((handover) => handover.id),
    replaced: replacementsIn(view).map(nameOf),
    own: own && { keyPackage: own.keyPackage, secrets: own.secrets, ref: own.ref },
  };
  const { group, current } = staged;
  return { ...held, group: current, staged: group, state: { ...held.state, pending } };
}

export function commitRequest(pending: PendingCommit): { entry: NewEntry; turn: Turn } {
  const { id, epoch, body, closes, next } = pending;
  return { entry: { id, epoch, body }, turn: { closes, next } };
}

async function commit(
  group: Group,
  authenticatedData: Uint8Array,
  add: readonly Uint8Array[],
  remove: readonly number[],
) {
  try {
    return await group.commit({ add, remove, authenticatedData });
  } catch (error) {
    throw problemOf(error);
  }
}

/** What cannot be committed now cannot be later either. */
function problemOf(error: unknown): unknown {
  if (!(error instanceof MlsError)) return error;
  if (error.code === 'group-full') return new Problem('group-full');
  if (error.code === 'duplicate-key') return new Problem('already-member');
  return new Problem('failed', `MLS: ${error.code}`);
}

async function refuseUnlawful(
  engine: Engine,
  { group, state }: Held,
  add: readonly Uint8Array[],
  remove: readonly number[],
): Promise<CommitView> {
  const committer = group.members.find(({ leaf }) => leaf === group.ownLeaf);
  if (!committer) throw new Problem('not-a-member');
  const added = await Promise.all(add.map((keyPackage) => engine.inspect(keyPackage))).catch(
    (error: unknown) => Promise.reject(problemOf(error)),
  );
  const removed = group.members.filter(({ leaf }) => remove.includes(leaf));
  const view = { committer, added, removed, closes: removed.length > 0 };
  if (!lawful(view, standingOf(state, leavesOf(group)))) throw new Problem('not-allowed');
  return view;
}
