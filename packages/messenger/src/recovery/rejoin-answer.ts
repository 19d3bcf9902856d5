/**
 * A device that lost its state is let in again (docs/protocol.md section 7): whose unrevoked leaf stands in the tree
 * still gets a new one by one Commit, a Welcome, and what it missed. The lowest leaf answers first.
 */
import { MlsError } from '@polynya/mls/mls-error';
import { equal } from '@polynya/protocol/bytes';
import { type PersonId, Problem } from '../api.ts';
import type { CommitChange } from '../conversation/commits.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Held } from '../conversation/held.ts';
import { findPerson } from '../conversation/people.ts';
import { wasReplacedBy } from '../conversation/replaced.ts';
import { type Leaf, leavesOf } from '../conversation/roster.ts';
import type { Device } from '../device.ts';
import type { LetterPayload } from '../inbox/letters.ts';
import { handoverSaved, newHandover } from '../invite/handover.ts';
import type { ServerLink } from '../line/server-link.ts';
import { agrees } from './agreement.ts';

/** ms, as for duties: the first in rank waits a moment at random, each next one so much longer. */
const MOMENT = 1_000;
const STEP = 15_000;

type Rejoin = Extract<LetterPayload, { kind: 'rejoin' }>;

/** Answers when it is this device's turn, if nobody did before. Whoever may not ask is not answered. */
export async function answerRejoin(
  device: Device,
  link: ServerLink,
  person: PersonId,
  told: Rejoin,
  spread: number,
): Promise<void> {
  const stuck = await agrees(device, person, told);
  if (stuck !== null) return device.recovery.look(stuck);
  const { clock } = device.ports;
  const conversation = [...device.conversations.values()].find(
    ({ chat, held: { state } }) =>
      equal(state.log, told.log) &&
      equal(state.server, link.server.identity) &&
      state.phase === 'active' &&
      !device.memory.request(chat),
  );
  if (!conversation) return;
  const offered = await inspected(device, told.keyPackage);
  const leaf = offered && lostLeaf(conversation.held, person, offered);
  if (!leaf) return device.ports.log('a request to be let in again was refused');
  const devices = leavesOf(conversation.held.group).filter(
    (one) => one.kind === 'device' && one.leaf !== leaf.leaf,
  );
  // The person's own devices first.
  const ranked = [
    ...devices.filter((one) => one.person === person),
    ...devices.filter((one) => one.person !== person),
  ];
  const rank = ranked.findIndex((one) => one.leaf === conversation.held.group.ownLeaf);
  const stop = clock.setTimeout(
    () => {
      device.closing.removeEventListener('abort', stop);
      void answer(device, conversation, person, told, offered);
    },
    spread * MOMENT + Math.max(0, rank) * STEP,
  );
  device.closing.addEventListener('abort', stop);
}

type Offered = NonNullable<Awaited<ReturnType<typeof inspected>>>;

async function answer(
  device: Device,
  { chat }: Conversation,
  person: PersonId,
  told: Rejoin,
  offered: Offered,
): Promise<void> {
  try {
    await device.conversation(chat).change(async (held) => change(device, held)).done;
  } catch (error) {
    // Another member answers, or the next request is answered.
    if (!(error instanceof Problem)) throw error;
    device.ports.log(`a device could not be let in again: ${error.code}`);
  }

  function change({ ports: { random, clock } }: Device, held: Held): CommitChange | null {
    const leaf = lostLeaf(held, person, offered);
    const known = findPerson(held.state, person);
    const reach = known?.cards.find((one) => equal(one.device, offered.signatureKey));
    if (!leaf || !known || !reach || !equal(held.state.log, told.log)) return null;
    const { root } = known;
    const { card } = reach;
    const { keyPackage } = told;
    const letter = { card, root, keyPackage, ref: offered.ref };
    const handover = newHandover(random, clock.now(), { letter, missed: told.seq });
    const saved = [handoverSaved(chat, handover)];
    return { add: [keyPackage], remove: [leaf.leaf], handovers: [handover], saved };
  }
}

/** The leaf that is to be replaced; null: it never stood, was revoked, is another's, or was replaced already. */
function lostLeaf({ group, state }: Held, person: PersonId, offered: Offered): Leaf | null {
  if (wasReplacedBy(state, offered)) return null;
  const leaf = leavesOf(group).find(
    (one) => one.kind === 'device' && equal(one.signatureKey, offered.signatureKey),
  );
  return leaf?.person === person && leaf.leaf !== group.ownLeaf ? leaf : null;
}

async function inspected({ ports: { engine } }: Device, keyPackage: Uint8Array) {
  try {
    return await engine.inspect(keyPackage);
  } catch (error) {
    if (error instanceof MlsError) return null;
    throw error;
  }
}
