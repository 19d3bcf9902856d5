/** A letter, dealt with if the sender is known from some chat and not blocked: a Welcome, a branch, or a request. */
import { equal } from '@polynya/protocol/bytes';
import { heldChanges } from '../conversation/held.ts';
import { stateFrom } from '../conversation/joining.ts';
import { findPerson } from '../conversation/people.ts';
import type { ConversationState } from '../conversation/state.ts';
import type { Device } from '../device.ts';
import { fleetOf } from '../devices/later.ts';
import { personId } from '../identity/person.ts';
import { dropPackage, getPackage } from '../invite/sealed-blob.ts';
import type { ServerLink } from '../line/server-link.ts';
import { chatOfLog } from '../recovery/chats.ts';
import { repair } from '../recovery/later.ts';
import { isMet } from '../requests.ts';
import { keyPackageUsed, type StockedKeyPackage } from './key-packages.ts';
import { isNews } from './left-behind.ts';
import type { LetterPayload, Writer } from './letters.ts';

/** @throws ProtocolError, MlsError, StoreError; can be repeated */
export async function receiveLetter(
  device: Device,
  link: ServerLink,
  from: Writer,
  payload: LetterPayload,
  { own: keyPackage, lastResort }: StockedKeyPackage,
): Promise<void> {
  const { root } = from;
  const sender = personId(root);
  if (device.blocked.has(sender)) return;
  if (payload.kind === 'welcome' && device.self.backup) {
    // Who began anew from the phrase knows nobody yet but those whom it asked.
    const fleet = await fleetOf(device);
    const taken = { own: keyPackage, lastResort };
    if (await fleet.answered(link, sender, payload.secret, taken)) return;
  }
  if (!isKnown(device, sender)) return;
  await device.seen([from]);
  if (device.refuses(sender, from.device)) {
    return device.ports.log('a letter of a device that its person took out was passed over');
  }
  if (payload.kind === 'rejoin' || payload.kind === 'recover') {
    await device.recovery.asked(link, root, payload);
    if (!lastResort) await device.ports.store.apply([keyPackageUsed(keyPackage.ref)]);
    return;
  }
  if (payload.kind === 'refound') {
    return device.recovery.refounded(root, payload, keyPackage.ref);
  }
  const { store, engine, clock, random } = device.ports;
  const received = await getPackage(link.connection, payload.secret);
  const chat = chatOfLog(device, received.log);
  const before = device.conversations.get(chat);
  if (before && ['active', 'joining'].includes(before.held.state.phase)) return;
  const lost = before?.held.state.phase === 'stopped';
  if (lost && (await (await repair()).rejoin(device, chat, received, keyPackage, sender))) {
    return dropPackage(link.connection, payload.secret);
  }
  if (before && !mayBeginAnew(before.held.state, link)) return;
  if (sender === device.self.person) {
    await (await fleetOf(device)).welcomed(link, received, { own: keyPackage, lastResort });
    return dropPackage(link.connection, payload.secret);
  }
  if (received.about.self) return;
  const group = await engine.join(received.welcome, keyPackage);
  if (!(await isNews(store, group, before?.held))) {
    group.dispose([]);
    return device.ports.log('a Welcome from before this device left was passed over');
  }
  const own = { server: link.server.identity, now: clock.now(), token: random(32) };
  const state = stateFrom(received, group, own);
  // Who has a last resort's key opens every group that was joined by it: it is to be renewed at once.
  const healed = lastResort ? 0 : clock.now();
  const held = { group, staged: null, seat: null, state: { ...state, healed } };
  const { person } = device.self;
  const added = { event: 'added' as const, person, by: sender };
  // Whom a group took out it may take in again: they had accepted it. Whoever left it said that they want no more.
  const back = before?.held.state.phase === 'removed' && !device.memory.request(chat);
  const asks = back || isMet(device, sender) ? null : { by: sender, declined: false };
  await before?.close();
  await device.timeline.locked(chat, async () =>
    store.apply([
      ...heldChanges(chat, null, held),
      ...(await device.timeline.arrived([
        { chat, seq: received.seq, at: clock.now(), event: added },
      ])),
      ...(lastResort ? [] : [keyPackageUsed(keyPackage.ref)]),
      device.memory.requested(chat, asks),
    ]),
  );
  const conversation = await device.addConversation(chat, held);
  await conversation.start();
  conversation.touch();
  await dropPackage(link.connection, payload.secret);
}

/**
 * Who left or was removed can be added again. A conversation that stopped goes on by an answer to its own request or
 * by a branch: whoever broke its log could else lead all into a group of their own, under the name of the old one.
 */
function mayBeginAnew({ phase, server }: ConversationState, link: ServerLink): boolean {
  return ['left', 'removed'].includes(phase) && equal(server, link.server.identity);
}

function isKnown(device: Device, person: string): boolean {
  if (person === device.self.person) return true;
  return [...device.conversations.values()].some(
    ({ held }) => findPerson(held.state, person) !== undefined,
  );
}
