/** What people do to a conversation's membership: each becomes a Commit, or a message that Commits follow. */
import { equal, toHex } from '@polynya/protocol/bytes';
import { inviteLink } from '@polynya/protocol/invite-link';
import { start } from '@polynya/protocol/running-hash';
import { type ChatId, type InviteView, Problem } from './api.ts';
import type { CommitChange } from './conversation/commits.ts';
import type { Conversation } from './conversation/conversation.ts';
import { type Held, heldChanges } from './conversation/held.ts';
import { blankPerson } from './conversation/people.ts';
import { leavesOf } from './conversation/roster.ts';
import { blankState } from './conversation/state.ts';
import type { Device } from './device.ts';
import { makeKeyPackage } from './inbox/key-packages.ts';
import { HANDOVER_PHASE, handoverSaved, loadHandovers, newHandover } from './invite/handover.ts';
import { makeSeat } from './invite/seat-keys.ts';
import { inviteView } from './views.ts';
import { commit, reached } from './waiting.ts';

/** Seconds: an invite's life. */
const WEEK = 7 * 86_400;

/** A group of one, made here; it comes to be on the server once there is a line. */
export async function createConversation(
  device: Device,
  about: { direct: boolean; title: string; self?: boolean },
): Promise<Conversation> {
  const { store, engine, clock, random } = device.ports;
  const { self, homeLink } = device;
  const log = random(16);
  const chat = toHex(log);
  const token = random(32);
  const own = await makeKeyPackage(engine, self, clock.now(), false);
  const group = await engine.create(log, own);
  const me = {
    ...blankPerson(self.root),
    name: self.name,
    admin: true,
    wasAdmin: true,
    here: true,
    cards: [{ device: self.device.publicKey, card: homeLink.world.card(token) }],
  };
  const state = blankState({
    direct: about.direct,
    title: about.title,
    server: homeLink.server.identity,
    log,
    phase: 'active',
    since: clock.now(),
    token,
    cursor: 0,
    hash: start(log),
    firstEpoch: 0,
    people: [me],
  });
  const held = {
    group,
    staged: null,
    seat: null,
    state: { ...state, self: about.self ?? false, created: false, introduced: true },
  };
  const created = { chat, seq: 0, at: clock.now(), event: { event: 'created' as const } };
  await device.timeline.locked(chat, async () =>
    store.apply([...heldChanges(chat, null, held), ...(await device.timeline.arrived([created]))]),
  );
  const conversation = await device.addConversation(chat, held);
  await conversation.start();
  conversation.touch();
  return conversation;
}

/** A new seat and its link, which works once this resolves. @throws Problem 'offline', 'group-full', ... */
export async function inviteTo(device: Device, chat: ChatId): Promise<InviteView> {
  const { engine, clock, random, store } = device.ports;
  const { self } = device;
  const { server } = device.linkOf(chat);
  const secret = random(32);
  const until = Math.floor(clock.now() / 1_000) + WEEK;
  const { own, credential, signatureKey } = await makeSeat(engine, self, secret, until);
  const link = inviteLink(server.page, {
    kind: 'seat',
    identity: server.identity,
    endpoints: [...server.endpoints],
    secret,
    inviter: self.personBytes,
  });
  const seat = { until, link, credential, signatureKey };
  const handover = newHandover(random, clock.now(), { secret, seat });
  await commit(device, chat, async () => ({
    add: [own.keyPackage],
    handovers: [handover],
    saved: [handoverSaved(chat, handover)],
  }));
  const conversation = device.conversation(chat);
  await reached(device, chat, async () => {
    const refusal = conversation.refusalOf(handover.id);
    if (refusal) {
      // Else it goes when it expires.
      conversation.change(async (held) => seatGone(held, signatureKey)).done.catch(() => undefined);
      throw refusal;
    }
    return (await loadHandovers(store, chat)).some(
      ({ id, phase }) => equal(id, handover.id) && phase === HANDOVER_PHASE.ready,
    );
  });
  const [view] = inviteView({ ...handover, phase: HANDOVER_PHASE.ready }, self.person);
  if (!view) throw new Problem('failed');
  return view;
}

/** The seat goes, its blob and its admission too. @throws Problem 'not-found' */
export async function withdrawInvite(device: Device, chat: ChatId, invite: string): Promise<void> {
  const { store } = device.ports;
  const found = (await loadHandovers(store, chat)).find(({ id }) => toHex(id) === invite);
  const seat = found?.seat;
  if (!found || !seat) throw new Problem('not-found');
  await commit(device, chat, async (held) => seatGone(held, seat.signatureKey));
}

/** Takes a seat away that nobody came by. */
function seatGone({ group, state }: Held, key: Uint8Array): CommitChange | null {
  const leaf = leavesOf(group).find(({ signatureKey }) => equal(signatureKey, key));
  if (!leaf || state.cameBy.some((used) => used.leaf === leaf.leaf)) return null;
  return { remove: [leaf.leaf] };
}
