/** A Welcome from another own device: this one comes into a conversation, and gets what was said there before. */
import { equal, toHex } from '@polynya/protocol/bytes';
import type { WelcomePackage } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { ChatId, PersonId } from '../api.ts';
import { heldChanges } from '../conversation/held.ts';
import { stateFrom } from '../conversation/joining.ts';
import { leavesOf } from '../conversation/roster.ts';
import type { Device } from '../device.ts';
import { keyPackageUsed, type StockedKeyPackage } from '../inbox/key-packages.ts';
import type { ServerLink } from '../line/server-link.ts';
import { chatOfLog } from '../recovery/chats.ts';
import { asArrived, type Resent } from '../recovery/missed.ts';
import type { Change } from '../store/store.ts';
import type { Arrived, Happened } from '../timeline/arrived.ts';

/** A member answers that was asked to let this device in. */
export interface Asked {
  readonly by: PersonId;
  /** By which the members reach this device. */
  readonly token: Uint8Array;
  /** Nobody need be asked any more. */
  readonly done: Change;
}

/** Can be repeated. @throws MlsError, StoreError; ProtocolError 'malformed' for a group of own devices with others in it */
export async function welcomed(
  device: Device,
  link: ServerLink,
  received: WelcomePackage,
  { own, lastResort }: StockedKeyPackage,
  asked: Asked | null = null,
): Promise<void> {
  const { store, engine, clock, random } = device.ports;
  const chat = chatOfLog(device, received.log);
  const before = device.conversations.get(chat);
  if (before && ['active', 'joining'].includes(before.held.state.phase)) return;
  const group = await engine.join(received.welcome, own);
  const { self } = received.about;
  const strangers = leavesOf(group).some(
    ({ kind, root }) => kind === 'seat' || !equal(root, device.self.root),
  );
  if (self && strangers) throw new ProtocolError('malformed', 'strangers among own devices');
  const token = asked?.token ?? (self ? device.self.token : null) ?? random(32);
  const known = { server: link.server.identity, now: clock.now(), token };
  const state = stateFrom(received, group, known);
  const healed = lastResort ? 0 : clock.now();
  const held = { group, staged: null, seat: null, state: { ...state, healed } };
  const person = self ? [device.self.with({ group: received.log })] : [];
  await before?.close();
  await device.timeline.locked(chat, async () =>
    store.apply([
      ...heldChanges(chat, null, held),
      ...(await device.timeline.arrived(
        asked
          ? await resent(device, chat, received, { by: asked.by, leaves: leavesOf(group) })
          : given(device, chat, received),
      )),
      ...(asked ? [asked.done] : []),
      ...(lastResort ? [] : [keyPackageUsed(own.ref)]),
      ...person.map((one) => one.saved()),
    ]),
  );
  for (const one of person) device.become(one);
  const conversation = await device.addConversation(chat, held);
  await conversation.start();
  conversation.touch();
}

/** What a member says was said, and what its signature shows to have been said. */
async function resent(
  device: Device,
  chat: ChatId,
  { missed, seq, log }: WelcomePackage,
  { by, leaves }: Pick<Resent, 'by' | 'leaves'>,
): Promise<(Arrived | Happened)[]> {
  const { engine, clock } = device.ports;
  const me = device.self.person;
  const around = { chat, base: 0, me, by, after: 0, upTo: seq, log, engine, leaves };
  const all = await asArrived(missed, around);
  const seen = all.filter(({ sender }) => !device.blocked.has(sender));
  const event = { event: 'resent' as const, by };
  return seen.length > 0 ? [...seen, { chat, seq, at: clock.now(), event }] : [];
}

/** Our own device is believed: also reactions, and what was read. */
function given(device: Device, chat: string, { missed, seq: upTo }: WelcomePackage) {
  const me = device.self.person;
  const history: (Arrived | Happened)[] = missed
    .filter(({ seq, sender }) => seq <= upTo && !device.blocked.has(toHex(sender)))
    .map(({ seq, id, sender, at, content, evidence }) => {
      const mine = toHex(sender) === me;
      const said = {
        chat,
        seq,
        id: toHex(id),
        sender: toHex(sender),
        mine,
        at: at * 1_000,
        since: at * 1_000,
        content,
      };
      return { ...said, ...(evidence && { evidence }) };
    });
  if (history.length === 0) return [];
  const event = { event: 'given' as const };
  const line = { chat, seq: upTo, at: device.ports.clock.now(), event };
  // What was read counts up to what was met, so the line comes first.
  return [line, ...history];
}
