/**
 * Which Commits are lawful (docs/protocol.md section 6). A pure function of the log up to the Commit, so that
 * every member decides alike: no clock, no local setting enters here.
 */
import type { CommitView } from '@polynya/mls/engine';
import { equal } from '@polynya/protocol/bytes';
import type { DeviceList } from '@polynya/protocol/device-list';
import type { PersonId } from '../api.ts';
import { lists, newestOf } from '../identity/device-list.ts';
import { devicesOf, inviterStands, type Leaf, leafOf, type Stander, standerOf } from './roster.ts';

/** What the log says of the members before the Commit. */
export interface Standing {
  readonly leaves: readonly Leaf[];
  readonly admins: ReadonlySet<PersonId>;
  /** Who asked to leave. */
  readonly leaving: ReadonlySet<PersonId>;
  /** By the seat's leaf, who came by it. */
  readonly cameBy: ReadonlyMap<number, PersonId>;
}

export function lawful(commit: CommitView, standing: Standing): boolean {
  const committer = leafOf(commit.committer);
  const added = commit.added.map(standerOf);
  const removed = commit.removed.map(leafOf);
  if (committer.kind === 'seat') return seatMay(committer, added, removed, standing);
  return (
    added.every((stander) => mayAdd(committer, stander, removed, standing)) &&
    removed.every(
      (leaf) =>
        isReplaced(leaf, added) ||
        isOverridden(leaf, added) ||
        mayRemove(committer, leaf, standing) ||
        isOrphaned(leaf, added, removed, standing),
    )
  );
}

/** A seat brings in one device of one newcomer, once. */
function seatMay(
  seat: Leaf,
  added: readonly Stander[],
  removed: readonly Leaf[],
  { leaves, cameBy }: Standing,
): boolean {
  const [device, ...others] = added;
  return (
    device?.kind === 'device' &&
    others.length === 0 &&
    removed.length === 0 &&
    !cameBy.has(seat.leaf) &&
    !leaves.some(({ kind, person }) => kind === 'device' && person === device.person)
  );
}

/**
 * Of a person who stands already only their own devices bring in another one, or whoever lets the same one in again;
 * and it stands in the newest device list that the group has of them.
 */
function mayAdd(
  committer: Leaf,
  stander: Stander,
  removed: readonly Leaf[],
  { leaves }: Standing,
): boolean {
  if (stander.kind === 'seat') return inviterStands(stander, leaves);
  const devices = devicesOf(leaves, stander.person);
  const theirs =
    devices.length === 0 ||
    committer.person === stander.person ||
    removed.some((leaf) => isReplaced(leaf, [stander])) ||
    devices.every((leaf) => isOverridden(leaf, [stander]));
  return theirs && isListed(stander, devices);
}

/** Whether the newest list among theirs has this device, and none contradicts another. */
function isListed({ list, signatureKey }: Stander, devices: readonly Leaf[]): boolean {
  let newest: DeviceList | null = list;
  for (const device of devices) newest = newest && newestOf(newest, device.list);
  return newest !== null && lists(newest, signatureKey);
}

/** The root key began the person's list anew, without this device: a new one of theirs shows it. */
export function isOverridden(removed: Leaf, added: readonly Stander[]): boolean {
  return added.some(
    ({ kind, person, list }) =>
      kind === 'device' &&
      person === removed.person &&
      list.generation > removed.list.generation &&
      !lists(list, removed.madeBy ?? removed.signatureKey),
  );
}

/** A device that lost its state is let in again: the same keys stand for the same person. */
function isReplaced(removed: Leaf, added: readonly Stander[]): boolean {
  return (
    removed.kind === 'device' &&
    added.some(
      ({ kind, root, signatureKey }) =>
        kind === 'device' && equal(root, removed.root) && equal(signatureKey, removed.signatureKey),
    )
  );
}

/** A seat whose inviter has gone, or goes by the same Commit: whoever made it would read on by it. */
function isOrphaned(
  seat: Leaf,
  added: readonly Stander[],
  removed: readonly Leaf[],
  { leaves }: Standing,
): boolean {
  const stay = leaves.filter(({ leaf }) => !removed.some((gone) => gone.leaf === leaf));
  return (
    seat.kind === 'seat' &&
    ![...stay, ...added].some(({ kind, person }) => kind === 'device' && person === seat.person)
  );
}

function mayRemove(
  { person }: Leaf,
  removed: Leaf,
  { admins, leaving, cameBy }: Standing,
): boolean {
  if (admins.has(person) || person === removed.person) return true;
  if (removed.kind === 'seat') return cameBy.get(removed.leaf) === person;
  return leaving.has(removed.person);
}
