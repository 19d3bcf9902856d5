/**
 * A conversation goes on in a branch (docs/protocol.md section 6): who may stand in it, who is missing, and what
 * is carried over. Everything here follows from the old log and the branch's tree, so that all members agree.
 */
import type { Group } from '@polynya/mls/engine';
import { equal, fromHex, toHex } from '@polynya/protocol/bytes';
import type { PersonId } from '../api.ts';
import type { Held } from '../conversation/held.ts';
import { idOf } from '../conversation/people.ts';
import { devicesOf, leavesOf } from '../conversation/roster.ts';
import { type ConversationState, HASH_PREFIX, type Person } from '../conversation/state.ts';
import type { ChatEvent } from '../message-parts.ts';
import { foundingCommit } from './founding-commit.ts';

/** Where a branch begins: the last good epoch, and the Commit behind it that no member follows. */
export interface Fork {
  /** A branch was joined already. */
  readonly left: boolean;
  readonly parent: Group;
  readonly log: Uint8Array;
  readonly seq: number;
  /** Whose Commit it was; null: nobody's signature says. */
  readonly by: PersonId | null;
  readonly people: readonly Person[];
}

/** null: no bad Commit was seen, or the time for other branches is over. */
export function forkOf({ state, group, parent }: Held): Fork | null {
  const { refounded, bad } = state;
  if (refounded && parent && !bad) {
    const { log, seq, by, people } = refounded;
    return { left: true, parent, log, seq, people, by: by && toHex(by) };
  }
  if (state.phase !== 'stopped') return null;
  const { log, cursor, people } = state;
  // Of two, who broke it is all there is to go on with.
  const two = people.filter(({ here }) => here).length === 2;
  const before = { left: false, parent: group, log, people };
  if (bad) return { ...before, seq: cursor, by: two ? null : bad.by && toHex(bad.by) };
  // A Commit of our own leaf, which this copy of it did not make.
  return two ? { ...before, seq: cursor + 1, by: null } : null;
}

/** ms that a further repair waits: who broke a conversation again and again would else keep all devices busy. */
const AGAIN = [0, 10_000, 60_000] as const;
const DAY = 86_400_000;

/** Breaks before this one, within a day of each other. */
export function earlierBreaks({ refounded }: ConversationState, now: number): number {
  return refounded && now - refounded.at < DAY ? refounded.times : 0;
}

/** ms to wait before anything is done about a break. */
export function pauseBefore(state: ConversationState, now: number): number {
  return AGAIN[Math.min(earlierBreaks(state, now), AGAIN.length - 1)] ?? 0;
}

/** The lowest leaf of this person before the fork; null: they do not stand there. */
export function forkLeafOf({ parent }: Fork, person: PersonId): number | null {
  return devicesOf(leavesOf(parent), person)[0]?.leaf ?? null;
}

/** Whether only devices of before stand in it, without the committer's, and `founder` made it. */
export function isHonestBranch({ parent, by }: Fork, branch: Group, founder: PersonId): boolean {
  const before = leavesOf(parent).filter(({ kind }) => kind === 'device');
  const after = leavesOf(branch);
  return (
    branch.epoch === 1 &&
    after[0]?.leaf === 0 &&
    after[0].person === founder &&
    after.every(
      ({ kind, person, signatureKey }) =>
        kind === 'device' &&
        person !== by &&
        before.some((one) => one.person === person && equal(one.signatureKey, signatureKey)),
    )
  );
}

/** The conversation as it goes on in `branch`, and what people are told. */
export async function intoBranch(
  before: Held,
  fork: Fork,
  branch: Group,
  own: { readonly founder: PersonId; readonly created: boolean; readonly now: number },
): Promise<{ readonly held: Held; readonly events: readonly ChatEvent[] }> {
  const { state } = before;
  const { hash } = await foundingCommit(branch);
  const [people, events] = carriedOver(fork, branch);
  const marks = { delivered: 1, read: 1 };
  const { log, seq } = fork;
  const next: ConversationState = {
    ...state,
    log: branch.id,
    phase: 'active',
    trouble: '',
    cursor: 1,
    hash,
    recent: hash.slice(0, HASH_PREFIX),
    firstEpoch: branch.epoch,
    people,
    cameBy: [],
    pending: null,
    batch: [],
    invite: null,
    told: marks,
    seen: marks,
    created: own.created,
    healed: own.now,
    sinceHealed: 0,
    replaced: [],
    base: state.base + state.cursor,
    bad: null,
    refounded: {
      log,
      seq,
      founder: forkLeafOf(fork, own.founder) ?? 0,
      at: own.now,
      by: fork.by === null ? null : fromHex(fork.by),
      times: fork.left ? (state.refounded?.times ?? 1) : earlierBreaks(state, own.now) + 1,
      people: [...fork.people],
    },
  };
  const held = { state: next, group: branch, staged: null, seat: null, parent: fork.parent };
  return { held, events };
}

function carriedOver(fork: Fork, branch: Group): [Person[], ChatEvent[]] {
  const leaves = leavesOf(branch);
  const stands = (person: Person) => devicesOf(leaves, idOf(person)).length > 0;
  const eldest = leavesOf(fork.parent).find(({ person }) => devicesOf(leaves, person).length > 0);
  const leaderless = !fork.people.some((person) => person.admin && stands(person));
  const people = fork.people.map((person) => {
    const here = stands(person);
    const admin = here && (person.admin || (leaderless && idOf(person) === eldest?.person));
    return { ...person, here, admin, wasAdmin: admin, leaving: here && person.leaving };
  });
  const missing = fork.people.filter((person) => person.here && !stands(person));
  const events: ChatEvent[] = [{ event: 'refounded', without: fork.by ?? '' }];
  for (const gone of missing) {
    const person = idOf(gone);
    if (person === fork.by) continue;
    events.push(gone.leaving ? { event: 'left', person } : { event: 'unreached', person });
  }
  return [people, events];
}
