/**
 * Somebody lost every device and began anew (docs/protocol.md section 9): the list of the new one is of a higher
 * generation, which only the root key begins. It comes in by one Commit that takes the lost devices out.
 */

import type { InspectedKeyPackage } from '@polynya/mls/engine';
import { MlsError } from '@polynya/mls/mls-error';
import { equal } from '@polynya/protocol/bytes';
import { type ChatId, type PersonId, Problem } from '../api.ts';
import type { CommitChange } from '../conversation/commits.ts';
import type { Held } from '../conversation/held.ts';
import { findPerson } from '../conversation/people.ts';
import { isOverridden } from '../conversation/policy.ts';
import { devicesOf, leavesOf, standerOf } from '../conversation/roster.ts';
import type { Device } from '../device.ts';
import type { LetterPayload } from '../inbox/letters.ts';
import { handoverSaved, newHandover } from '../invite/handover.ts';
import type { ServerLink } from '../line/server-link.ts';

/** ms: the first in rank waits a moment at random, each next one so much longer. */
const MOMENT = 1_000;
const STEP = 15_000;

type Recover = Extract<LetterPayload, { kind: 'recover' }>;

/** Answers when it is this device's turn, if nobody did before. */
export async function answerRecover(
  device: Device,
  { server }: ServerLink,
  person: PersonId,
  told: Recover,
  spread: number,
): Promise<void> {
  const { clock, log } = device.ports;
  const conversation = [...device.conversations.values()].find(
    ({ chat, held: { state } }) =>
      equal(state.log, told.log) &&
      equal(state.server, server.identity) &&
      state.phase === 'active' &&
      !device.memory.request(chat),
  );
  const offered = await device.ports.engine.inspect(told.keyPackage).catch((error: unknown) => {
    if (error instanceof MlsError) return null;
    throw error;
  });
  if (!conversation || !offered) return log('a request of a new device was refused');
  const { chat } = conversation;
  const devices = leavesOf(conversation.held.group).filter(
    (one) => one.kind === 'device' && one.person !== person,
  );
  const rank = devices.findIndex(({ leaf }) => leaf === conversation.held.group.ownLeaf);
  const answer = async () => {
    try {
      const build = async (held: Held) => letIn(device, chat, held, person, told, offered);
      await device.conversation(chat).change(build).done;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      log(`a new device could not be let in: ${error.code}`);
    }
  };
  const stop = clock.setTimeout(
    () => {
      device.closing.removeEventListener('abort', stop);
      void answer();
    },
    spread * MOMENT + Math.max(0, rank) * STEP,
  );
  device.closing.addEventListener('abort', stop);
}

/** null: that person is not here, or the device stands already, or its list is none that the root began anew. */
function letIn(
  { ports: { random, clock, log } }: Device,
  chat: ChatId,
  { group, state }: Held,
  person: PersonId,
  { keyPackage, card }: Recover,
  offered: InspectedKeyPackage,
): CommitChange | null {
  const newcomer = standerOf(offered);
  const known = findPerson(state, person);
  const leaves = leavesOf(group);
  const lost = leaves.filter((leaf) => isOverridden(leaf, [newcomer]));
  const devices = devicesOf(leaves, person);
  const anew = devices.length > 0 && devices.every((leaf) => lost.includes(leaf));
  if (newcomer.person !== person || newcomer.kind !== 'device' || !known?.here || !anew) {
    log('a request of a new device was refused');
    return null;
  }
  const letter = { card, root: known.root, keyPackage, ref: offered.ref };
  const handover = newHandover(random, clock.now(), { letter, missed: 0 });
  return {
    add: [keyPackage],
    remove: lost.map(({ leaf }) => leaf),
    handovers: [handover],
    saved: [handoverSaved(chat, handover)],
  };
}
