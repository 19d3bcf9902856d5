/** What views are shown, computed from what is held and from the timeline (api.ts has the shapes). */

import { toHex } from '@polynya/protocol/bytes';
import type {
  AppStatus,
  ChatDetail,
  ChatId,
  InviteView,
  MessagePage,
  PersonId,
  PersonView,
} from './api.ts';
import { peerOf, titleFor } from './conversation/about.ts';
import { mayPin } from './conversation/contents.ts';
import type { Conversation } from './conversation/conversation.ts';
import { findPerson, idOf, namesakes } from './conversation/people.ts';
import { devicesOf, type Leaf, leavesOf } from './conversation/roster.ts';
import { scheduledIn } from './conversation/scheduled-keys.ts';
import type { ConversationState, Person } from './conversation/state.ts';
import type { Device } from './device.ts';
import { knownDevices } from './devices/known-devices.ts';
import { recordingKey } from './files/recording-key.ts';
import { comparedAs } from './identity/compared.ts';
import { tagOf } from './identity/person.ts';
import { called, shownName } from './identity/shown-name.ts';
import { HANDOVER_PHASE, type Handover, loadHandovers } from './invite/handover.ts';
import type { KeptReads } from './queries/kept-reads.ts';
import type { Summary } from './queries/summaries.ts';
import type { PageView } from './timeline/page.ts';
import { pinsOf } from './timeline/pins.ts';

export async function statusOf(device: Device): Promise<AppStatus> {
  const self = device.registered;
  const links = [...device.links.values()];
  const lines = links.map(({ connection }) => connection.status);
  const chats = self ? await device.summaries.list() : [];
  return {
    me: self && { person: self.person, name: self.name, tag: tagOf(self.person) },
    line: (['online', 'connecting'] as const).find((line) => lines.includes(line)) ?? 'offline',
    syncing: links.some(({ syncing }) => syncing),
    sending: await device.sending(),
    clockOff: links.find(({ clockOff }) => clockOff !== null)?.clockOff ?? null,
    storageFull: device.storageFull,
    build: links[0]?.build ?? '',
    outdated: links.some(({ outdated }) => outdated),
    way: links[0]?.way ?? null,
    endpoints: links[0]?.connection.listed ?? [],
    removed: self?.removed ?? null,
    near: device.near,
    unread: chats.reduce(
      (sum, { unread, blocked, marks, state }) =>
        sum + (blocked || marks.muted || state === 'request' ? 0 : unread),
      0,
    ),
  };
}

export async function detailOf(device: Device, chat: ChatId): Promise<ChatDetail | null> {
  const conversation = device.conversations.get(chat);
  if (!conversation) return null;
  const { state } = conversation.held;
  const handovers = await loadHandovers(device.ports.store, chat);
  const asker = device.memory.request(chat)?.by ?? null;
  const summary = await summaryIn(device, conversation);
  const leaves = leavesOf(conversation.held.group);
  return {
    ...summary.summary,
    tag: device.summaries.tagOf(summary.summary),
    people: state.people
      .filter(({ here }) => here)
      .map((person) => personView(device, conversation, person, leaves)),
    admin: findPerson(state, device.self.person)?.admin ?? false,
    asker:
      asker === null ? null : { person: asker, name: pageView(device, conversation).names(asker) },
    invites: handovers.flatMap((handover) => inviteView(handover, device.self.person)),
    timer: state.timer,
    pins: await pinsOf(device.ports.store, chat),
    mayPin: mayPin(state, device.self.person),
    recording: !!(await device.ports.store.get('setting', recordingKey(chat))),
    scheduled: (await device.ports.store.range('setting', scheduledIn(chat))).length,
    trouble: state.trouble === '' ? null : state.trouble,
  };
}

export async function messagesOf(
  device: Device,
  chat: ChatId,
  limit: number,
  firstUnread: number | null,
  upTo: number | undefined,
  kept: KeptReads,
): Promise<MessagePage> {
  const conversation = device.conversations.get(chat);
  if (!conversation) return { messages: [], more: false, newer: false, firstUnread: null };
  kept.refresh();
  return device.timeline.page(chat, limit, pageView(device, conversation), firstUnread, upTo, kept);
}

/** The name under which a person is known anywhere; '' for nobody. */
export function nameOf(device: Device, person: PersonId): string {
  if (device.registered?.person === person) return device.self.name;
  for (const { held } of device.conversations.values()) {
    const name = findPerson(held.state, person)?.name;
    if (name) return name;
  }
  return '';
}

export function inviteView({ id, seat, phase }: Handover, by: PersonId): InviteView[] {
  if (!seat || phase !== HANDOVER_PHASE.ready) return [];
  return [{ id: toHex(id), link: seat.link, expires: seat.until * 1_000, by }];
}

/** As the list of chats shows it; null: it does not; undefined: it is not read yet. */
export async function summaryOf(device: Device, chat: ChatId): Promise<Summary | null | undefined> {
  const conversation = device.conversations.get(chat);
  if (!conversation) return device.loading.isWhole ? null : undefined;
  const request = device.memory.request(chat);
  const isHidden = request && (request.declined || device.blocked.has(request.by));
  return isHidden ? null : summaryIn(device, conversation);
}

async function summaryIn(device: Device, conversation: Conversation): Promise<Summary> {
  const { chat, held, signals } = conversation;
  const { state } = held;
  const me = device.self.person;
  const view = pageView(device, conversation);
  const summary = await device.timeline.summary(chat, view);
  const peer = state.direct ? peerOf(state, me) : undefined;
  const peerId = peer ? idOf(peer) : null;
  const title = shownName(titleFor(state, me));
  const shown: Summary['summary'] = {
    chat,
    direct: state.direct,
    saved: state.self,
    title,
    state: device.memory.request(chat) ? 'request' : state.phase,
    peer: peerId,
    blocked: peerId !== null && device.blocked.has(peerId),
    marks: device.memory.of(chat),
    last: summary.last,
    unread: summary.unread,
    mentioned: summary.mentioned,
    typing: [...signals.typing].map((person) => called(view.names(person), view.tag(person))),
    at: summary.at || state.since,
  };
  return { summary: shown, passing: summary.passing };
}

export function pageView(device: Device, { held }: Conversation): PageView {
  const me = device.self.person;
  const names = once(
    (person) =>
      shownName(findPerson(held.state, person)?.name || nameOf(device, person)) ||
      // Somebody who was brought in and has not said anything yet.
      `#${tagOf(person)}`,
  );
  const tag = once((person) =>
    namesakes(held.state.people, person).length > 1 ? tagOf(person) : null,
  );
  return { names, tag, others: othersHere(held.state, me) };
}

/** Rows ask of a few people hundreds of times. */
function once<T>(ask: (person: PersonId) => T): (person: PersonId) => T {
  const known = new Map<PersonId, T>();
  return (person) => {
    const answer = known.has(person) ? (known.get(person) as T) : ask(person);
    known.set(person, answer);
    return answer;
  };
}

function othersHere(state: ConversationState, me: PersonId): PersonId[] {
  return state.people
    .filter(({ here }) => here)
    .map(idOf)
    .filter((person) => person !== me);
}

export function personView(
  device: Device,
  { held, signals }: Conversation,
  person: Person,
  leaves: readonly Leaf[],
): PersonView {
  const id = idOf(person);
  const name = shownName(person.name || nameOf(device, id));
  const me = id === device.self.person;
  const alike = namesakes(held.state.people, id);
  const others = [...alike.map(idOf), ...device.summaries.called(name)];
  const devices = knownDevices(device, id, leaves);
  return {
    person: id,
    name,
    tag: tagOf(id),
    namesake: alike.length > 1,
    me,
    admin: person.admin,
    devices: devicesOf(leaves, id).length,
    forked: device.lists.get(id)?.forked ?? false,
    compared: me ? null : comparedAs(device.compared, id, devices, others),
    blocked: device.blocked.has(id),
    reachable: person.cards.length > 0,
    invitedBy: person.by && toHex(person.by),
    typing: signals.typing.has(id),
  };
}
