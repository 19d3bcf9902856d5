/**
 * Refounding (docs/protocol.md section 6): a Commit that no member follows ends its log, and the others go on in a
 * branch from the epoch before it, in a new log, without its committer. Founded here, or joined by letter.
 */
import { MlsError } from '@polynya/mls/mls-error';
import { equal } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type ChatId, type PersonId, Problem } from '../api.ts';
import { aboutOf } from '../conversation/about.ts';
import type { Held } from '../conversation/held.ts';
import { idOf } from '../conversation/people.ts';
import type { Device } from '../device.ts';
import { isGrown } from '../identity/device-list.ts';
import { findKeyPackage, keyPackageUsed, makeKeyPackage } from '../inbox/key-packages.ts';
import { type Taken, takeFor } from '../inbox/taking.ts';
import { HANDOVER_PHASE, handoverGone, handoverSaved, loadHandovers } from '../invite/handover.ts';
import { dropPackage, encodeWelcomePackage, getPackage } from '../invite/sealed-blob.ts';
import type { ChatEvent } from '../message-parts.ts';
import type { Change } from '../store/store.ts';
import { agreementGone } from './agreement.ts';
import { type Fork, forkLeafOf, intoBranch, isHonestBranch } from './branch.ts';
import { founderOf, letterDone, type RefoundLetter } from './refound-letters.ts';
import { requestGone } from './rejoin-request.ts';
import { replaceConversation } from './replace-conversation.ts';

/** Makes the branch; its log and the letters follow as the conversation runs. False: nobody is there to go on with. */
export async function foundBranch(device: Device, chat: ChatId, fork: Fork): Promise<boolean> {
  const { engine, clock, random } = device.ports;
  const { self } = device;
  const taken = await Promise.all(
    fork.people
      .filter((person) => person.here && !person.leaving)
      .map(idOf)
      .filter((person) => person !== fork.by && (person !== self.person || isGrown(self.list)))
      .map((person) => reach(device, chat, fork, person)),
  );
  const reached = taken.flat();
  if (reached.length === 0) return false;
  const own = await makeKeyPackage(engine, self, clock.now(), false);
  const { group, welcome } = await fork.parent.branch(
    random(16),
    own,
    reached.map(({ keyPackage }) => keyPackage),
  );
  const around = { founder: self.person, created: false, now: clock.now() };
  await replaceConversation(device, chat, async (before) => {
    const { held, events } = await intoBranch(before, fork, group, around);
    const { log, cursor: seq, hash } = held.state;
    const about = aboutOf(held.state, self);
    const encoded = encodeWelcomePackage({
      welcome,
      log,
      seq,
      hash,
      about,
      credential: null,
      missed: [],
    });
    const letters = reached.map(({ handover }) =>
      handoverSaved(chat, {
        ...handover,
        phase: HANDOVER_PHASE.made,
        package: encoded,
        refound: { log: fork.log, seq: fork.seq },
      }),
    );
    const others = async () => [
      ...(await inviteless(device, chat)),
      ...(await settled(device, chat)),
      ...letters,
      ...(await told(device, chat, held, events)),
    ];
    return { held, others };
  });
  return true;
}

/**
 * Joins the branch that a letter tells of. False: it is not one of this fork, and the letter is to be forgotten.
 * @throws ProtocolError retriable, StoreError
 */
export async function followBranch(
  device: Device,
  chat: ChatId,
  fork: Fork,
  letter: RefoundLetter,
): Promise<boolean> {
  const { store, clock } = device.ports;
  const { connection } = device.linkOf(chat);
  const founder = founderOf(letter);
  const found = await findKeyPackage(store, letter.ref);
  if (!found) return false;
  try {
    const received = await getPackage(connection, letter.secret);
    const branch = await fork.parent.joinBranch(received.welcome, found.own);
    const holds = equal(received.log, branch.id) && isHonestBranch(fork, branch, founder);
    if (!holds) return false;
    await replaceConversation(device, chat, async (before) => {
      const own = { founder, created: true, now: clock.now() };
      const { held, events } = await intoBranch(before, fork, branch, own);
      const others = async () => [
        ...(await inviteless(device, chat)),
        ...(await settled(device, chat)),
        letterDone(chat, letter),
        ...(found.lastResort ? [] : [keyPackageUsed(letter.ref)]),
        ...(await told(device, chat, held, events)),
      ];
      return { held, others };
    });
  } catch (error) {
    if (isLasting(error)) return false;
    throw error;
  }
  await dropPackage(connection, letter.secret);
  return true;
}

/** KeyPackages of theirs, if they left some for us, of the devices that stood there. */
async function reach(
  device: Device,
  chat: ChatId,
  fork: Fork,
  person: PersonId,
): Promise<readonly Taken[]> {
  if (forkLeafOf(fork, person) === null) return [];
  try {
    return (await takeFor(device, chat, person)).filter((taken) =>
      fork.parent.members.some(({ signatureKey }) => equal(signatureKey, taken.device)),
    );
  } catch (error) {
    if (error instanceof Problem || isLasting(error)) return [];
    throw error;
  }
}

function isLasting(error: unknown): boolean {
  return error instanceof MlsError || (error instanceof ProtocolError && !error.retriable);
}

/** Seats stay behind in the old log: their links lead nowhere any more. */
async function inviteless({ ports: { store } }: Device, chat: ChatId): Promise<Change[]> {
  return (await loadHandovers(store, chat)).map((handover) =>
    handover.seat && handover.phase !== HANDOVER_PHASE.wanted
      ? handoverSaved(chat, { ...handover, phase: HANDOVER_PHASE.withdrawn, package: null })
      : handoverGone(chat, handover),
  );
}

/** Nobody needs to be asked any more. */
async function settled({ ports: { store } }: Device, chat: ChatId): Promise<Change[]> {
  return [requestGone(chat), ...(await agreementGone(store, chat))];
}

function told(
  { timeline, ports: { clock } }: Device,
  chat: ChatId,
  { state }: Held,
  events: readonly ChatEvent[],
): Promise<Change[]> {
  const seq = state.base + state.cursor;
  return timeline.arrived(events.map((event) => ({ chat, seq, at: clock.now(), event })));
}
