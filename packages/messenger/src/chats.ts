/** What people do with chats now and then (chats-api.ts). Loaded when the first of it is asked for. */

import { equal, fromHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import { addPeople, removePerson } from './add-people.ts';
import { type ChatId, type Folder, type MessageId, type PersonId, Problem } from './api.ts';
import type { ChatsFacade, LaterMessage, SearchWanted } from './chats-api.ts';
import { findPerson } from './conversation/people.ts';
import { leavesOf } from './conversation/roster.ts';
import type { Device } from './device.ts';
import { comparedWith, knownDevices } from './devices/known-devices.ts';
import { fleetOf } from './devices/later.ts';
import { everyone } from './everyone.ts';
import { dropRecording, keepRecording, recordingIn } from './files/recording.ts';
import { forgetChat } from './forget-chat.ts';
import { createConversation, inviteTo, withdrawInvite } from './group-actions.ts';
import { comparedSaved } from './identity/compared.ts';
import { safetyNumber } from './identity/safety-number.ts';
import type { PushSubscriptionView } from './push/push-api.ts';
import { pushKeys, subscribePush } from './push/subscriptions.ts';
import { accept, decline, meet } from './requests.ts';
import { historyOf, seenBy } from './timeline/looking-back.ts';
import { pin, pinned } from './timeline/pinned.ts';

const LONGEST_TITLE = 128;

export class Chats implements ChatsFacade {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  async block(person: PersonId, on: boolean) {
    const { ports, blocked, conversations } = this.#device;
    const value = on ? new Uint8Array(1) : null;
    await ports.store.apply([{ table: 'person', key: `blocked/${person}`, value }]);
    if (on) blocked.add(person);
    else blocked.delete(person);
    await this.#device.note({ note: 'block', person: fromHex(person), on });
    for (const conversation of conversations.values()) conversation.touch();
  }

  async people() {
    return everyone(this.#device);
  }

  async sendFile(chat: ChatId, file: Blob, about: Parameters<ChatsFacade['sendFile']>[2]) {
    const { phase } = this.#device.conversation(chat).held.state;
    if (phase !== 'active') throw new Problem('not-a-member');
    return (await this.#device.files.get()).sendFile(chat, file, about);
  }

  async hide(chat: ChatId, message: MessageId) {
    const { timeline, ports } = this.#device;
    const conversation = this.#device.conversation(chat);
    await timeline.locked(chat, async () => ports.store.apply(await timeline.hide(chat, message)));
    conversation.touch();
  }

  async retry(chat: ChatId, message: MessageId) {
    const queued = await this.#device.conversation(chat).retry(fromHex(message));
    if (!queued) await (await this.#device.files.get()).retry(chat, message);
  }

  async discard(chat: ChatId, message: MessageId) {
    await this.#device.conversation(chat).discard(message);
  }

  async fetchFile(chat: ChatId, message: MessageId) {
    return (await this.#device.files.get()).fetch(chat, message);
  }

  async pauseFile(chat: ChatId, message: MessageId) {
    return (await this.#device.files.get()).pause(chat, message);
  }

  async fileBlob(chat: ChatId, message: MessageId) {
    return (await this.#device.files.get()).blob(chat, message);
  }

  async createGroup(title: string) {
    const about = { direct: false, title: checkedTitle(title) };
    const { chat } = await createConversation(this.#device, about);
    return { chat };
  }

  async invite(chat: ChatId | null) {
    if (chat) this.#refuseSaved(chat);
    const into = chat ?? (await createConversation(this.#device, { direct: true, title: '' })).chat;
    const view = await inviteTo(this.#device, into);
    return { ...view, chat: into };
  }

  withdraw(chat: ChatId, invite: string) {
    return withdrawInvite(this.#device, chat, invite);
  }

  async add(chat: ChatId, people: readonly PersonId[]) {
    this.#refuseSaved(chat);
    await addPeople(this.#device, chat, people);
    await meet(this.#device, people);
  }

  remove(chat: ChatId, person: PersonId) {
    return removePerson(this.#device, chat, person);
  }

  async setAdmin(chat: ChatId, person: PersonId, on: boolean) {
    const { state } = this.#device.conversation(chat).held;
    if (!findPerson(state, this.#device.self.person)?.admin) throw new Problem('not-allowed');
    if (!findPerson(state, person)?.here) throw new Problem('not-found');
    await this.#say(chat, { kind: 'admin', person: fromHex(person), on });
  }

  async setTitle(chat: ChatId, title: string) {
    this.#refuseSaved(chat);
    if (this.#device.conversation(chat).held.state.direct) throw new Problem('not-allowed');
    await this.#say(chat, { kind: 'title', title: checkedTitle(title) });
  }

  async leave(chat: ChatId) {
    this.#refuseSaved(chat);
    if (this.#device.memory.request(chat)) await this.decline(chat);
    else await this.#say(chat, { kind: 'leave' });
  }

  accept(chat: ChatId) {
    return accept(this.#device, chat);
  }

  decline(chat: ChatId) {
    return decline(this.#device, chat);
  }

  pushKeys(known: readonly string[]) {
    return pushKeys(this.#device, known);
  }

  subscribePush(subscriptions: readonly PushSubscriptionView[]) {
    return subscribePush(this.#device, subscriptions);
  }

  async schedule(chat: ChatId, message: LaterMessage, instead?: MessageId) {
    return (await this.#device.scheduled()).schedule(chat, message, instead);
  }

  async scheduled(chat: ChatId) {
    return (await this.#device.scheduled()).of(chat);
  }

  async unschedule(chat: ChatId, message: MessageId) {
    await (await this.#device.scheduled()).drop(chat, message);
  }

  async sendScheduled(chat: ChatId, message: MessageId) {
    await (await this.#device.scheduled()).send(chat, message);
  }

  async forget(chat: ChatId) {
    await forgetChat(this.#device, chat);
  }

  async safetyNumber(person: PersonId) {
    return safetyNumber(this.#device.self.root, this.#rootOf(person));
  }

  async compare(person: PersonId, same: boolean) {
    this.#rootOf(person);
    const devices = same ? this.#devicesOf(person) : [];
    await this.#device.ports.store.apply([comparedSaved(person, devices)]);
    comparedWith(this.#device, person, devices);
    await this.#device.note({ note: 'compared', person: fromHex(person), devices });
  }

  async setTimer(chat: ChatId, after: number) {
    const { direct, self, people } = this.#device.conversation(chat).held.state;
    const mine = people.find((person) => equal(person.root, this.#device.self.root));
    if (!direct && !self && !mine?.admin) throw new Problem('not-allowed');
    await this.#say(chat, { kind: 'timer', text: '', after });
  }

  async poll(
    chat: ChatId,
    { question, options, several = false }: Parameters<ChatsFacade['poll']>[1],
  ) {
    const answers = options.map((option) => option.trim()).filter((option) => option !== '');
    const text = question.trim();
    if (text === '' || new Set(answers).size < 2) throw new Problem('failed', 'nothing to choose');
    return { id: await this.#say(chat, { kind: 'poll', text, options: answers, several }) };
  }

  async vote(chat: ChatId, message: MessageId, options: readonly number[]) {
    const row = await this.#device.timeline.message(chat, message);
    if (!row?.poll || row.poll.closed > 0) throw new Problem('not-allowed');
    const chosen = [...new Set(options)].sort((a, b) => a - b);
    await this.#say(chat, { kind: 'vote', text: '', target: fromHex(message), options: chosen });
  }

  async closePoll(chat: ChatId, message: MessageId) {
    await this.#say(chat, { kind: 'close', text: '', target: fromHex(message) });
  }

  pin(chat: ChatId, message: MessageId, on: boolean) {
    return pin(this.#device, chat, message, on);
  }

  pinned(chat: ChatId) {
    return pinned(this.#device, chat);
  }

  async setFolders(folders: readonly Folder[]) {
    const { memory, ports, changes } = this.#device;
    if (folders.length > 16 || folders.some(({ name }) => name.length > 32)) {
      throw new Problem('too-long');
    }
    await ports.store.apply([memory.foldered(folders)]);
    changes.touch('folders');
    (await fleetOf(this.#device)).sharing.folders(folders);
  }

  async search(wanted: SearchWanted) {
    return (await this.#device.search.get()).search(wanted);
  }

  history(chat: ChatId, message: MessageId) {
    return historyOf(this.#device, chat, message);
  }

  async heard(chat: ChatId, message: MessageId) {
    await (await this.#device.files.get()).heard(chat, message);
  }

  keepRecording(chat: ChatId, index: number, piece: Blob) {
    this.#device.conversation(chat);
    return keepRecording(this.#device, chat, index, piece);
  }

  recording(chat: ChatId) {
    return recordingIn(this.#device, chat);
  }

  dropRecording(chat: ChatId) {
    return dropRecording(this.#device, chat);
  }

  seenBy(chat: ChatId, message: MessageId) {
    return seenBy(this.#device, chat, message);
  }

  #rootOf(person: PersonId): Uint8Array {
    for (const { held } of this.#device.conversations.values()) {
      const known = findPerson(held.state, person);
      if (known) return known.root;
    }
    throw new Problem('not-found');
  }

  /** @throws Problem 'not-found': they are in no chat any more */
  #devicesOf(person: PersonId): Uint8Array[] {
    for (const { held } of this.#device.conversations.values()) {
      const devices = knownDevices(this.#device, person, leavesOf(held.group));
      if (devices.length > 0) return devices;
    }
    throw new Problem('not-found');
  }

  /** The chat of own devices is nobody else's, and stays. */
  #refuseSaved(chat: ChatId): void {
    if (this.#device.conversation(chat).held.state.self) throw new Problem('not-allowed');
  }

  #say(chat: ChatId, content: KnownContent): Promise<MessageId> {
    return this.#device.conversation(chat).queue(content);
  }
}

function checkedTitle(title: string): string {
  const trimmed = title.trim();
  if (trimmed === '' || trimmed.length > LONGEST_TITLE) throw new Problem('too-long');
  return trimmed;
}
