/**
 * One entry of the log, taken in: the running hash, the MLS group, the people. The heart of sync, and the only
 * place where another member's Commit or message enters. Reads nothing and stores nothing.
 */
import type { Group, Member, Entry as MlsEntry, Newcomer, OpenedCommit } from '@polynya/mls/engine';
import { MlsError } from '@polynya/mls/mls-error';
import { equal, toHex } from '@polynya/protocol/bytes';
import { type Content, decodeMessage, type Message } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { ENTRY_KINDS, type Entry } from '@polynya/protocol/requests';
import { next } from '@polynya/protocol/running-hash';
import type { ChatId, PersonId } from '../api.ts';
import { personBytes } from '../identity/person.ts';
import type { ChatEvent } from '../message-parts.ts';
import type { Arrived, Happened } from '../timeline/arrived.ts';
import { viewOf } from './agreed-view.ts';
import { capabilityHash } from './capability.ts';
import { applyContent, changesRecord, isForTimeline, mayPin } from './contents.ts';
import type { Held } from './held.ts';
import { membersChanged } from './membership.ts';
import type { OutboxRow } from './outbox.ts';
import {
  adoptPending,
  displacedItem,
  dropPending,
  isOwnCommit,
  meetOwnItem,
} from './own-entries.ts';
import { idOf, standingOf } from './people.ts';
import { lawful } from './policy.ts';
import { nameOf, replacementsIn, replaces, withReplaced } from './replaced.ts';
import { type Leaf, leafOf, leavesOf, standerOf } from './roster.ts';
import {
  type ConversationState,
  HASH_PREFIX,
  hashAt,
  type PendingCommit,
  REMEMBERED,
  type SealedItem,
} from './state.ts';

/** What a step must know of its surroundings. */
export interface Surroundings {
  readonly chat: ChatId;
  readonly me: PersonId;
  /** The signature key of this device. */
  readonly device: Uint8Array;
  /** ms */
  readonly now: number;
  /** ms since 1970: nothing was written later, whatever a sender's clock says. */
  readonly latest: number;
  readonly adopt: (held: Held) => Promise<Group>;
  readonly blocked: (person: PersonId) => boolean;
}

export interface Advanced {
  readonly held: Held;
  readonly shown: readonly (Arrived | Happened)[];
  /** Own entries that were met: their ids, with the outbox rows that are done ('': none). */
  readonly met: readonly {
    readonly id: Uint8Array;
    readonly row: string;
  }[];
  /** An own content that came too late to count: to be said again, from its outbox row. */
  readonly again?: Omit<OutboxRow, 'id'>;
  /** An own message that can come into the log no more, or that no member follows. */
  readonly displaced?: Pick<SealedItem, 'id' | 'row'>;
  /** What it says of devices, for devices/fleet.ts. */
  readonly told?: Told;
  /** The own Commit that was met. */
  readonly committed: PendingCommit | null;
  /** The epoch changed: capability and leaves are new. */
  readonly turned: boolean;
}

/** A device list, or a note among own devices. */
export interface Told {
  readonly sender: Pick<Leaf, 'root' | 'signatureKey'>;
  readonly content: Extract<Content, { kind: 'devices' | 'own' }>;
}

/** @param entry the one after `held.state.cursor` */
export async function advance(held: Held, entry: Entry, around: Surroundings): Promise<Advanced> {
  const moved: Held = { ...held, state: counted(held.state, entry) };
  try {
    if (entry.kind === ENTRY_KINDS.commit) return await takeCommit(moved, entry, around);
    if (entry.kind === ENTRY_KINDS.message) return await takeMessage(moved, entry, around);
    return nothing(unopened(moved));
  } catch (error) {
    if (error instanceof MlsError && isAnotherCopys(error)) return nothing(overtaken(held));
    throw error;
  }
}

function counted(state: ConversationState, entry: Entry): ConversationState {
  const hash = next(state.hash, entry);
  const recent = new Uint8Array(
    Math.min(state.recent.length + HASH_PREFIX, REMEMBERED * HASH_PREFIX),
  );
  recent.set(state.recent.slice(-(recent.length - HASH_PREFIX)));
  recent.set(hash.slice(0, HASH_PREFIX), recent.length - HASH_PREFIX);
  return { ...state, cursor: entry.seq, hash, recent };
}

async function takeCommit(held: Held, entry: Entry, around: Surroundings): Promise<Advanced> {
  const { state, group } = held;
  const isOwn = isOwnCommit(state.pending, entry);
  if (entry.epoch !== group.epoch || !entry.turn) return nothing(stopped(held, around));
  const leaves = leavesOf(group);
  if (isOwn) {
    const adopted = await adoptPending(held, entry, around);
    const committer = leaves.find(({ leaf }) => leaf === group.ownLeaf);
    const turned = changed(
      withReplaced(adopted, state.pending?.replaced ?? []),
      leaves,
      committer,
      entry,
      around,
    );
    return { ...turned, committed: state.pending };
  }
  const standing = standingOf(state, leaves);
  let opened: OpenedCommit;
  let replacements: readonly Newcomer[] = [];
  let added: readonly Newcomer[] = [];
  try {
    const result = await group.open(
      {
        kind: 'commit',
        epoch: entry.epoch,
        body: entry.body,
        closes: entry.turn.closes,
        authenticatedData: entry.id,
        // The log does not say when; whoever added somebody judged that they were alive.
        time: null,
      },
      (commit) => {
        replacements = replacementsIn(commit);
        ({ added } = commit);
        return lawful(commit, standing);
      },
    );
    if (result.kind !== 'commit') return nothing(stopped(held, around));
    opened = result;
    if (!opened.removedUs && !equal(await capabilityHash(opened.group), entry.turn.next)) {
      return nothing(stopped(held, around, opened.committer, true));
    }
  } catch (error) {
    if (error instanceof MlsError && isAnotherCopys(error)) throw error;
    if (error instanceof MlsError) {
      const sure = error.code === 'refused-by-policy';
      return nothing(stopped(held, around, error.signer, sure));
    }
    if (error instanceof ProtocolError) return nothing(stopped(held, around));
    throw error;
  }
  if (opened.removedUs) {
    // Our leaf goes and a new one of this device comes: the Welcome for it is on its way, or is to be asked for.
    if (replaces(replacements, group)) return nothing(overtaken(held));
    return { ...removedUs(held, opened, entry, around), ...begunAnew(added, around.me) };
  }
  const turned = withReplaced(
    { ...dropPending(held), group: opened.group },
    replacements.map(nameOf),
  );
  return changed(turned, leaves, leafOf(opened.committer), entry, around);
}

/** The group is in its next epoch: who came and went? */
function changed(
  held: Held,
  before: ReturnType<typeof leavesOf>,
  committer: ReturnType<typeof leafOf> | undefined,
  entry: Entry,
  around: Surroundings,
): Advanced {
  if (!committer) return nothing(stopped(held, around));
  const { state, events } = membersChanged(held.state, before, leavesOf(held.group), committer);
  const seat = entry.turn?.closes ? null : held.seat;
  return {
    held: { ...held, state, seat },
    shown: events.map((event) => happened(event, entry.seq, around)),
    met: [],
    committed: null,
    turned: true,
  };
}

function removedUs(
  held: Held,
  { group, committer }: OpenedCommit,
  entry: Entry,
  around: Surroundings,
): Advanced {
  const by = leafOf(committer).person;
  const left = held.state.people.some(
    (person) => person.leaving && person.here && isMe(person, around),
  );
  const event: ChatEvent = left
    ? { event: 'left', person: around.me }
    : { event: 'removed', person: around.me, by };
  const phase = left || by === around.me ? 'left' : 'removed';
  return {
    held: { ...dropPending(held), group, seat: null, state: { ...dropPending(held).state, phase } },
    shown: held.state.phase === 'joining' ? [] : [happened(event, entry.seq, around)],
    met: [],
    committed: null,
    turned: true,
  };
}

/** This device goes for another one of its person: by a list that the root key began anew, if it is lost. */
function begunAnew(added: readonly Newcomer[], me: PersonId): Pick<Advanced, 'told'> {
  const sender = added
    .map(standerOf)
    .find(({ kind, person }) => kind === 'device' && person === me);
  return sender ? { told: { sender, content: { kind: 'devices', list: sender.list } } } : {};
}

/** Counts where it stands in the log, as that of any other own device. */
function ownList({ group }: Held, content: Told['content']): Told {
  const own = leavesOf(group).find(({ leaf }) => leaf === group.ownLeaf);
  if (!own) throw new Error('no leaf of our own');
  return { sender: own, content };
}

/** A message as MLS takes it. */
export function asSealed({ epoch, body, id }: Entry): MlsEntry {
  return { kind: 'message', epoch, body, authenticatedData: id };
}

async function takeMessage(held: Held, entry: Entry, around: Surroundings): Promise<Advanced> {
  const displaced = displacedItem(held, entry);
  if (displaced) return { ...nothing(unopened(displaced.held)), displaced: displaced.item };
  const own = meetOwnItem(held, entry);
  if (own && changesRecord(own.content) && entry.epoch !== held.group.epoch) {
    const { row: key, at, encoded: content } = own;
    return { ...nothing(own.held), again: { key, at, content } };
  }
  if (own?.content.kind === 'pin' && !mayPin(own.held.state, around.me)) {
    return { ...nothing(own.held), displaced: { id: entry.id, row: own.row } };
  }
  if (own) {
    const { state, events } = applyContent(own.held.state, around.me, around.device, own.content);
    if (own.content.kind === 'leave') {
      const left: ChatEvent = { event: 'left', person: around.me };
      return {
        ...nothing({ ...own.held, state: { ...state, phase: 'left' } }),
        shown: [happened(left, entry.seq, around)],
        met: [{ id: entry.id, row: own.row }],
      };
    }
    const shown: (Arrived | Happened)[] = events.map((event) => happened(event, entry.seq, around));
    if (own.row && isForTimeline(own.content)) {
      const { chat, me: sender } = around;
      const { seq, id } = entry;
      const { at, content } = own;
      shown.push({ chat, seq, id: toHex(id), sender, mine: true, at, content });
    }
    return {
      held: { ...own.held, state },
      shown,
      met: [{ id: entry.id, row: own.row }],
      ...(own.content.kind === 'devices' && { told: ownList(own.held, own.content) }),
      committed: null,
      turned: false,
    };
  }
  const early = entry.epoch < held.state.firstEpoch;
  const opener = early ? held.seat : held.group;
  if (!opener) return nothing(held);
  try {
    const opened = await opener.open(asSealed(entry), () => false);
    if (opened.kind !== 'message') return nothing(unopened(held));
    const after = early ? { ...held, seat: opened.group } : { ...held, group: opened.group };
    const sender = leafOf(opened.sender);
    if (sender.kind !== 'device') return nothing(unopened(after));
    const { plaintext, evidence } = opened;
    return takeContent(after, entry, sender, decodeMessage(plaintext), { ...around, evidence });
  } catch (error) {
    if (error instanceof MlsError && isAnotherCopys(error) && !early) throw error;
    if (error instanceof MlsError || error instanceof ProtocolError) return nothing(unopened(held));
    throw error;
  }
}

function takeContent(
  held: Held,
  entry: Entry,
  from: Leaf,
  message: Message,
  around: Surroundings & { readonly evidence: Uint8Array },
): Advanced {
  const { chat, me, evidence } = around;
  const { person: sender, signatureKey } = from;
  const ours = hashAt(held.state, message.seq);
  // Nobody has seen what comes after their own entry: who says so was shown a longer log.
  const lied = message.seq >= entry.seq || (ours !== null && !equal(ours, message.hash));
  const trouble = lied ? 'server-lies' : held.state.trouble || doubtOf(held, entry, message);
  const seen: ConversationState = { ...held.state, trouble };
  const content = message.body;
  const tooLate = changesRecord(content) && entry.epoch !== held.group.epoch;
  const { state, events } = tooLate
    ? { state: seen, events: [] }
    : applyContent(seen, sender, signatureKey, content);
  // A clock that claims the future would keep its chat at the top of every list until then.
  const at = Math.min(message.at * 1_000, around.latest);
  const shown: (Arrived | Happened)[] = events.map((event) =>
    happened(event, entry.seq, around, at),
  );
  if (!around.blocked(sender)) {
    const { seq, id } = entry;
    const arrived = { chat, seq, id: toHex(id), sender, mine: sender === me, at };
    const counts = content.kind !== 'pin' || mayPin(state, sender);
    if (counts && isForTimeline(content)) shown.push({ ...arrived, content, evidence });
    // Whoever writes has what they had seen.
    if (sender !== me && content.kind !== 'receipt') {
      shown.push({ ...arrived, content: { kind: 'receipt', delivered: message.seq, read: 0 } });
    }
  }
  const told = toldBy(from, content, held, me);
  const after = sender === me ? withTold(state, content) : state;
  return {
    ...nothing({ ...held, state: after }),
    shown,
    ...(told && { told }),
  };
}

/** Whoever was told of other admins than all others judges Commits otherwise than they do. */
function doubtOf({ group, state }: Held, { epoch }: Entry, { authenticator }: Message) {
  const agrees = epoch !== group.epoch || equal(authenticator, viewOf(group, state));
  return agrees ? '' : 'roles-differ';
}

/** What another device of this person said to have, or have read, need not be said again. */
function withTold(state: ConversationState, content: Content): ConversationState {
  if (content.kind !== 'receipt') return state;
  const delivered = Math.max(state.told.delivered, content.delivered);
  const read = Math.max(state.told.read, content.read);
  return { ...state, told: { delivered, read } };
}

function toldBy(sender: Leaf, content: Content, { state }: Held, me: PersonId): Told | null {
  if (content.kind === 'devices') return { sender, content };
  if (content.kind === 'own' && state.self && sender.person === me) return { sender, content };
  return null;
}

function happened(event: ChatEvent, seq: number, { chat, now }: Surroundings, at = now): Happened {
  return { chat, seq, at, event };
}

function isMe(person: { root: Uint8Array }, { me }: Surroundings): boolean {
  return idOf(person) === me;
}

function nothing(held: Held): Advanced {
  return { held, shown: [], met: [], committed: null, turned: false };
}

/** The chat goes on without it. */
function unopened(held: Held): Held {
  const undecryptable = held.state.undecryptable + 1;
  return { ...held, state: { ...held.state, undecryptable } };
}

/** Proven to be sealed by our own leaf, and not by this copy of it. */
function isAnotherCopys({ code, signer }: MlsError): boolean {
  return code === 'own-entry' && signer !== undefined;
}

/** An entry of our own leaf that we did not make: somebody else has the same seat, or an old copy of this device. */
function overtaken(held: Held): Held {
  if (held.state.phase !== 'joining') {
    return { ...held, state: { ...held.state, phase: 'stopped', trouble: 'lost-state' } };
  }
  return { ...dropPending(held), state: { ...dropPending(held).state, phase: 'removed' } };
}

/** A Commit that no member follows, or only we do not: nothing after it can be understood. */
function stopped(held: Held, { now: at }: Surroundings, signer?: Member, sure = false): Held {
  const leaf = signer && leafOf(signer);
  const by = leaf?.kind === 'device' ? personBytes(leaf.root) : null;
  const bad = { by, at, sure };
  return { ...held, state: { ...held.state, phase: 'stopped', trouble: 'unlawful-commit', bad } };
}
