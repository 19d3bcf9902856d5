/** A Welcome that answers our request: the conversation goes on with a new leaf, where it was left. */
import type { OwnKeyPackage } from '@polynya/mls/engine';
import { equal } from '@polynya/protocol/bytes';
import type { WelcomePackage } from '@polynya/protocol/content';
import type { ChatId, PersonId } from '../api.ts';
import type { Held } from '../conversation/held.ts';
import { stateFrom } from '../conversation/joining.ts';
import { leavesOf } from '../conversation/roster.ts';
import type { ConversationState } from '../conversation/state.ts';
import type { Device } from '../device.ts';
import { keyPackageUsed } from '../inbox/key-packages.ts';
import { agreementGone } from './agreement.ts';
import { earlierBreaks } from './branch.ts';
import { asArrived } from './missed.ts';
import { isAskedFor, requestGone } from './rejoin-request.ts';
import { replaceConversation } from './replace-conversation.ts';

/** Above every leaf: any member's branch wins. */
const NOBODY = 2 ** 32;

/** @returns false: it answers no request of ours. @throws MlsError, StoreError */
export async function rejoin(
  device: Device,
  chat: ChatId,
  received: WelcomePackage,
  own: OwnKeyPackage,
  by: PersonId,
): Promise<boolean> {
  const { store, engine, clock } = device.ports;
  const { state: lost } = device.conversation(chat).held;
  if (lost.phase !== 'stopped' || !equal(lost.log, received.log)) return false;
  if (!(await isAskedFor(store, chat, own.ref))) return false;
  const group = await engine.join(received.welcome, own);
  const me = device.self.person;
  await replaceConversation(device, chat, async (before) => {
    const { server, token, base, direct, since } = before.state;
    const state = stateFrom(received, group, { server, token, now: clock.now() });
    const next = { ...state, base, direct, since, introduced: true, healed: 0 };
    const { outbox } = device.conversation(chat);
    const all = await asArrived(received.missed, {
      chat,
      base,
      me,
      by,
      after: lost.cursor,
      upTo: received.seq,
      log: lost.log,
      engine,
      leaves: [...leavesOf(before.group), ...leavesOf(group)],
    });
    const seen = all.filter(({ sender }) => !device.blocked.has(sender));
    const at = clock.now();
    const resent = { chat, seq: received.seq + base, at, event: { event: 'resent' as const, by } };
    const others = async () => {
      const met = seen.filter(({ mine }) => mine).map(({ id }) => id);
      return [
        keyPackageUsed(own.ref),
        requestGone(chat),
        ...(await agreementGone(store, chat)),
        ...(await outbox.met(met)),
        ...(await device.timeline.arrived(seen.length > 0 ? [...seen, resent] : [])),
      ];
    };
    return {
      held: { ...goneOn(before, next, clock.now()), group, staged: null, seat: null },
      others,
    };
  });
  return true;
}

/**
 * Others followed the Commit that did not open here. Should it be that they did not, and whoever let us in deceived
 * us, then the others' branch is still joined.
 */
function goneOn(
  { group: parent, state: { bad, log, cursor: seq, people, ...before } }: Held,
  state: ConversationState,
  at: number,
): Pick<Held, 'state' | 'parent'> {
  if (!bad) return { state };
  const times = earlierBreaks({ ...state, refounded: before.refounded }, at) + 1;
  const refounded = { log, seq, by: bad.by, people, founder: NOBODY, times, at };
  return { parent, state: { ...state, refounded } };
}
