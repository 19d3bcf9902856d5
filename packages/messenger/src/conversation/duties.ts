/**
 * Commits that nobody asks for: what members' devices owe the conversation. Who does it first is settled by
 * rank, so that not everybody commits at once; whoever comes later finds nothing left to do.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { PersonId } from '../api.ts';
import type { CommitChange } from './commits.ts';
import type { Held } from './held.ts';
import { findPerson, idOf } from './people.ts';
import { type Leaf, leavesOf, orphanedSeats, standingFor } from './roster.ts';

/** ms: the first in rank waits a moment at random below this, each next one so much longer. */
const MOMENT = 1_000;
const STEP = 15_000;
const DAY = 86_400_000;
/** An invite lives a week. A seat that is to stand much longer would be a door that stays open: it goes at once. */
const FAR = 30 * DAY;
/** Own messages after which the leaf's keys are renewed, if not before by time. */
const HEAL_AFTER = 200;

export interface Duty {
  /** ms to wait from when it was first seen. */
  readonly wait: number;
  /** The same text as long as it is the same duty. */
  readonly name: string;
  readonly change: CommitChange;
}

/** @param spread from 0 up to 1, this device's own, so that equal ranks differ */
export function duties(held: Held, me: PersonId, now: number, spread: number): Duty[] {
  const { state, group } = held;
  if (state.phase !== 'active') return [];
  const leaves = leavesOf(group);
  const found: Duty[] = [];
  const used = state.cameBy.filter(({ leaf }) => seatAt(leaves, leaf)).map(({ leaf }) => leaf);
  const mine = state.cameBy
    .filter(({ leaf, person }) => used.includes(leaf) && toHex(person) === me)
    .map(({ leaf }) => leaf);
  if (mine.length > 0) {
    found.push({ name: 'own seat', wait: 0, change: { remove: mine } });
  } else if (used.length > 0 && isAdmin(held, me)) {
    // Whoever came by it may have gone before tidying up.
    found.push({ name: 'used seat', wait: later(held, spread, 4), change: { remove: used } });
  }
  const leaving = state.people.filter((person) => person.leaving && person.here);
  const gone = leaving.filter((person) => idOf(person) !== me);
  if (gone.length > 0 && gone.length === leaving.length) {
    const remove = gone.flatMap((person) => standingFor(leaves, idOf(person)));
    const change = { remove: remove.map(({ leaf }) => leaf) };
    found.push({ name: 'leaving', wait: later(held, spread, 0), change });
  }
  const orphaned = orphanedSeats(leaves);
  if (orphaned.length > 0) {
    const change = { remove: orphaned.map(({ leaf }) => leaf) };
    found.push({ name: 'orphaned', wait: later(held, spread, 0), change });
  }
  const expired = leaves.filter(
    ({ kind, leaf, until }) =>
      kind === 'seat' && !used.includes(leaf) && (until * 1_000 < now || until * 1_000 > now + FAR),
  );
  const ours = expired.filter((leaf) => leaf.person === me || isAdmin(held, me));
  if (ours.length > 0) {
    const change = { remove: ours.map(({ leaf }) => leaf) };
    found.push({ name: 'expired', wait: later(held, spread, 0), change });
  }
  if (now - state.healed > DAY || state.sinceHealed >= HEAL_AFTER) {
    found.push({ name: 'heal', wait: MOMENT + spread * 4 * STEP, change: {} });
  }
  return found;
}

function seatAt(leaves: readonly Leaf[], leaf: number): boolean {
  return leaves.some((other) => other.kind === 'seat' && other.leaf === leaf);
}

function isAdmin({ state }: Held, me: PersonId): boolean {
  return findPerson(state, me)?.admin ?? false;
}

/** Admins first, then everybody in the order of their leaves. */
function later(held: Held, spread: number, steps: number): number {
  const devices = leavesOf(held.group).filter(({ kind }) => kind === 'device');
  const admins = devices.filter(({ person }) => isAdmin(held, person));
  const ranked = [...admins, ...devices.filter((leaf) => !admins.includes(leaf))];
  const leaving = new Set(held.state.people.filter(({ leaving }) => leaving).map(idOf));
  const rank = ranked
    .filter(({ person }) => !leaving.has(person))
    .findIndex(({ leaf }) => leaf === held.group.ownLeaf);
  return spread * MOMENT + Math.max(0, rank + steps) * STEP;
}
