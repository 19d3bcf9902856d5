/**
 * What is to be done for a chat that cannot go on by its log alone: one that a Commit broke goes on in a branch, a
 * device that lost its state asks to be let in again, or lets another in. Loaded when it is first needed.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { ChatId } from '../api.ts';
import type { Held } from '../conversation/held.ts';
import { findPerson } from '../conversation/people.ts';
import { leavesOf } from '../conversation/roster.ts';
import type { Device, Ports } from '../device.ts';
import { personBytes, personId } from '../identity/person.ts';
import { leftBehind } from '../inbox/left-behind.ts';
import type { LetterPayload } from '../inbox/letters.ts';
import type { Change } from '../store/store.ts';
import { agreementGone, othersAgree } from './agreement.ts';
import { type Fork, forkLeafOf, forkOf, pauseBefore } from './branch.ts';
import { chatOfFork } from './chats.ts';
import { followBranch, foundBranch } from './refound.ts';
import { founderOf, letterDone, letterKept, lettersFor } from './refound-letters.ts';
import { askToRejoin, requestGone } from './rejoin-request.ts';

export { foundingCommit } from './founding-commit.ts';
export { missedFor } from './missed.ts';
export { answerRecover } from './recover-answer.ts';
export { answerRejoin } from './rejoin-answer.ts';
export { rejoin } from './rejoined.ts';

/** ms: the first in rank founds a branch within a moment at random, each next one so much later. */
const MOMENT = 1_000;
const STEP = 10_000;
/** ms: the same, for asking whether others met the Commit too. */
const ASKING = 3_000;
/** ms: letters that lie in the inbox already are read before a branch is founded. */
const UNREAD = 1_000;

/** @param spread this device's own, from 0 up to 1. @returns ms until the next step; null: until something happens */
export async function step(device: Device, chat: ChatId, spread: number): Promise<number | null> {
  const conversation = device.conversations.get(chat);
  if (!conversation) return null;
  const { held } = conversation;
  const fork = forkOf(held);
  if (held.state.phase === 'stopped' && held.state.trouble === 'lost-state') {
    return fork && (await follow(device, chat, fork)) ? 0 : askToRejoin(device, chat);
  }
  if (!fork || forkLeafOf(fork, device.self.person) === null) return null;
  return (await follow(device, chat, fork)) ? 0 : found(device, chat, fork, spread);
}

/** Keeps what a member says of a branch. @returns the chat that it is about; null: none of ours */
export async function keepLetter(
  device: Device,
  root: Uint8Array,
  told: Extract<LetterPayload, { kind: 'refound' }>,
  ref: Uint8Array,
): Promise<ChatId | null> {
  const chat = chatOfFork(device, told.log);
  if (chat === null) return null;
  if (!findPerson(device.conversation(chat).held.state, personId(root))) return null;
  const { log, seq, secret } = told;
  const letter = { log, seq, secret, ref, founder: personBytes(root) };
  await device.ports.store.apply([letterKept(chat, letter)]);
  return chat;
}

/** Nothing of recovery is kept for a chat but how far it had come, so that no Welcome from before brings it back. */
export async function forgetRecovery(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  chat: ChatId,
  held: Held,
): Promise<Change[]> {
  const letters = (await lettersFor(store, chat)).map((letter) => letterDone(chat, letter));
  return [
    requestGone(chat),
    ...letters,
    ...(await agreementGone(store, chat)),
    ...leftBehind(held, clock.now()),
  ];
}

/** Joins the branch of the lowest leaf, if that is lower than the one joined. False: there is none. */
async function follow(device: Device, chat: ChatId, fork: Fork): Promise<boolean> {
  const { store } = device.ports;
  const { refounded } = device.conversation(chat).held.state;
  const letters = (await lettersFor(store, chat))
    .filter(({ log, seq }) => toHex(log) === toHex(fork.log) && seq === fork.seq)
    .map((letter) => ({ letter, leaf: forkLeafOf(fork, founderOf(letter)) }))
    .sort((a, b) => (a.leaf ?? 0) - (b.leaf ?? 0));
  for (const { letter, leaf } of letters) {
    const joined = fork.left ? (refounded?.founder ?? 0) : Number.POSITIVE_INFINITY;
    const wins = leaf !== null && leaf < joined;
    if (wins && (await followBranch(device, chat, fork, letter))) return true;
    await store.apply([letterDone(chat, letter)]);
  }
  return false;
}

async function found(
  device: Device,
  chat: ChatId,
  fork: Fork,
  spread: number,
): Promise<number | null> {
  if (fork.left) return null;
  const { state } = device.conversation(chat).held;
  const { bad } = state;
  const now = device.ports.clock.now();
  const devices = leavesOf(fork.parent).filter(
    ({ kind, person }) => kind === 'device' && person !== fork.by,
  );
  const rank = devices.findIndex(({ leaf }) => leaf === fork.parent.ownLeaf);
  const since = (bad?.at ?? now) + pauseBefore(state, now) + spread * MOMENT;
  const sure =
    (bad?.sure && fork.by !== null) || (await othersAgree(device.ports.store, chat, fork));
  const due = since + rank * (sure ? STEP : ASKING);
  if (due > now) return due - now;
  if (!(await device.linkOf(chat).world.inboxRead())) return UNREAD;
  if (!sure) return askToRejoin(device, chat);
  return (await foundBranch(device, chat, fork)) ? 0 : null;
}
