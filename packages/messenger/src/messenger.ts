/**
 * The messenger behind the facade that views see (api.ts). Each method here is a few lines: the work is done in
 * the conversations, the timeline and the files; what is refused is a `Problem`.
 */
import { fromHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import {
  type ChatId,
  type ChatMark,
  type MessageId,
  type Messenger,
  type PersonId,
  Problem,
  type Query,
  type QueryResult,
} from './api.ts';
import { findPerson } from './conversation/people.ts';
import { Device, type Ports } from './device.ts';
import { DevicesPart } from './devices/devices-part.ts';
import { fleetOf } from './devices/later.ts';
import { createConversation, inviteTo, reached, withdrawInvite } from './group-actions.ts';
import { arrive, previewInvite, resumeArrivals } from './invite/arriving.ts';
import { messagesTopic } from './queries/changes.ts';
import { live } from './queries/live.ts';
import { StoreError } from './store/store.ts';
import { chatsOf, detailOf, everyone, messagesOf, statusOf } from './views.ts';

const LONGEST_NAME = 64;
const LONGEST_TITLE = 128;
const LONGEST_TEXT = 16_000;
/** ms: a log takes only so many Commits a minute, so where many join at once some wait. */
const JOINING = 180_000;

export type { Ports } from './device.ts';

/** Everything that the store holds comes to life. The messenger owns the store from now on. @throws StoreError */
export async function createMessenger(ports: Ports): Promise<Messenger> {
  const device = await Device.open(ports);
  ports.opened?.(device);
  await device.start();
  await resumeArrivals(device);
  return new RunningMessenger(device);
}

class RunningMessenger extends DevicesPart implements Messenger {
  readonly #device: Device;

  constructor(device: Device) {
    super((work) => asProblem(fleetOf(device).then(work)));
    this.#device = device;
  }

  subscribe<Q extends Query>(
    query: Q,
    listener: (result: QueryResult[Q['query']]) => void,
  ): () => void {
    const { topics, compute } = this.#query(query);
    return live({
      changes: this.#device.changes,
      topics,
      compute: compute as () => Promise<QueryResult[Q['query']]>,
      listener,
      failed: (error) => this.#device.ports.log(`a view could not be computed: ${nameOf(error)}`),
    });
  }

  #query(query: Query): { topics: string[]; compute: () => Promise<QueryResult[Query['query']]> } {
    const device = this.#device;
    switch (query.query) {
      case 'status':
        return { topics: ['status'], compute: () => statusOf(device) };
      case 'devices':
        return { topics: ['devices'], compute: async () => (await fleetOf(device)).view() };
      case 'chats':
        return { topics: ['chats'], compute: () => chatsOf(device) };
      case 'chat':
        return { topics: [`chat/${query.chat}`], compute: () => detailOf(device, query.chat) };
      case 'messages': {
        const { chat, limit } = query;
        let opened: Promise<number | null> | null = null;
        const compute = async () => {
          opened ??= device.timeline.firstUnread(chat);
          return messagesOf(device, chat, limit, await opened);
        };
        return { topics: [messagesTopic(chat)], compute };
      }
    }
  }

  preview(link: string) {
    return asProblem(previewInvite(this.#device, link));
  }

  async register(link: string, name: string) {
    if (this.#device.registered) throw new Problem('already-member');
    const chat = await asProblem(arrive(this.#device, link, checkedName(name)));
    if (chat) await this.#seated(chat);
    this.#device.changes.touch('status');
    return { chat };
  }

  async join(link: string) {
    this.#device.self;
    const chat = await asProblem(arrive(this.#device, link, null));
    if (!chat) throw new Problem('already-member');
    await this.#seated(chat);
    return { chat };
  }

  /** The device stands in the group: the seat was ours. */
  #seated(chat: ChatId): Promise<void> {
    const there = async () => {
      const { phase } = this.#device.conversation(chat).held.state;
      if (phase === 'joining') return false;
      if (phase === 'active') return true;
      throw new Problem('invite-used');
    };
    const late = () =>
      new Problem(this.#device.conversation(chat).commitsLimited ? 'rate' : 'offline');
    return reached(this.#device, chat, there, JOINING, late);
  }

  async rename(name: string) {
    const { self, ports, conversations, changes } = this.#device;
    const renamed = self.with({ name: checkedName(name) });
    await ports.store.apply([renamed.saved()]);
    this.#device.become(renamed);
    await this.#device.note({ note: 'name', name: renamed.name });
    for (const conversation of conversations.values()) {
      conversation.wake();
    }
    changes.touch('status');
  }

  async wipe() {
    await this.#device.close();
    await this.#device.ports.store.destroy();
  }

  async createGroup(title: string) {
    const about = { direct: false, title: checkedTitle(title) };
    const { chat } = await createConversation(this.#device, about);
    return { chat };
  }

  async invite(chat: ChatId | null) {
    if (chat) this.#refuseSaved(chat);
    const into = chat ?? (await createConversation(this.#device, { direct: true, title: '' })).chat;
    const view = await asProblem(inviteTo(this.#device, into));
    return { ...view, chat: into };
  }

  withdraw(chat: ChatId, invite: string) {
    return asProblem(withdrawInvite(this.#device, chat, invite));
  }

  async add(chat: ChatId, people: readonly PersonId[]) {
    this.#refuseSaved(chat);
    const { addPeople } = await import('./occasional.ts');
    await asProblem(addPeople(this.#device, chat, people));
  }

  remove(chat: ChatId, person: PersonId) {
    const removing = import('./occasional.ts');
    return asProblem(removing.then(({ removePerson }) => removePerson(this.#device, chat, person)));
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
    await this.#say(chat, { kind: 'leave' });
  }

  async forget(chat: ChatId) {
    const { forgetChat } = await import('./occasional.ts');
    await forgetChat(this.#device, chat);
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

  async safetyNumber(person: PersonId) {
    const { self, conversations } = this.#device;
    for (const { held } of conversations.values()) {
      const known = findPerson(held.state, person);
      if (!known) continue;
      const { safetyNumber } = await import('./occasional.ts');
      return safetyNumber(self.root, known.root);
    }
    throw new Problem('not-found');
  }

  async send(chat: ChatId, message: Parameters<Messenger['send']>[1]) {
    const { text, reply, mentions = [] } = message;
    checkText(text);
    const id = await this.#say(chat, {
      kind: 'text',
      text,
      reply: reply ? fromHex(reply) : null,
      mentions: mentions.map(fromHex),
    });
    return { id };
  }

  sendFile(chat: ChatId, file: Blob, about: Parameters<Messenger['sendFile']>[2]) {
    if (this.#device.conversation(chat).held.state.phase !== 'active') {
      return Promise.reject(new Problem('not-a-member'));
    }
    return this.#device.files.sendFile(chat, file, about);
  }

  async edit(chat: ChatId, message: MessageId, text: string, mentions: readonly PersonId[] = []) {
    checkText(text);
    const target = fromHex(message);
    await this.#say(chat, { kind: 'edit', target, text, mentions: mentions.map(fromHex) });
  }

  async delete(chat: ChatId, message: MessageId) {
    await this.#say(chat, { kind: 'delete', target: fromHex(message) });
  }

  async hide(chat: ChatId, message: MessageId) {
    const { timeline, ports } = this.#device;
    const conversation = this.#device.conversation(chat);
    await timeline.locked(chat, async () => ports.store.apply(await timeline.hide(chat, message)));
    conversation.touch();
  }

  async react(chat: ChatId, message: MessageId, emoji: string) {
    await this.#say(chat, { kind: 'react', target: fromHex(message), emoji });
  }

  async retry(chat: ChatId, message: MessageId) {
    const queued = await this.#device.conversation(chat).retry(fromHex(message));
    if (!queued) await this.#device.files.retry(chat, message);
  }

  async discard(chat: ChatId, message: MessageId) {
    await this.#device.conversation(chat).discard(message);
  }

  fetchFile(chat: ChatId, message: MessageId) {
    return this.#device.files.fetch(chat, message);
  }

  pauseFile(chat: ChatId, message: MessageId) {
    return this.#device.files.pause(chat, message);
  }

  fileBlob(chat: ChatId, message: MessageId) {
    return this.#device.files.blob(chat, message);
  }

  async typing(chat: ChatId) {
    await this.#device.conversation(chat).signals.type();
  }

  async read(chat: ChatId, seq: number) {
    const { timeline, ports } = this.#device;
    const conversation = this.#device.conversation(chat);
    await timeline.locked(chat, async () => ports.store.apply(await timeline.read(chat, seq)));
    conversation.markRead(seq);
    conversation.touch();
  }

  async mark(chat: ChatId, change: ChatMark) {
    const conversation = this.#device.conversation(chat);
    if (await this.#device.memory.set(chat, change)) conversation.touch();
  }

  drafts() {
    return this.#device.memory.drafts();
  }

  async keepDraft(chat: ChatId, text: string) {
    this.#device.conversation(chat);
    checkLength(text);
    await asProblem(this.#device.memory.keepDraft(chat, text));
  }

  async kick() {
    for (const { connection } of this.#device.links.values()) connection.kick();
    for (const conversation of this.#device.conversations.values()) conversation.tryAgain();
    await this.#device.files.resumeAll();
  }

  async close() {
    await this.#device.close();
    await this.#device.ports.store.close();
  }

  /** The chat of own devices is nobody else's, and stays. */
  #refuseSaved(chat: ChatId): void {
    if (this.#device.conversation(chat).held.state.self) throw new Problem('not-allowed');
  }

  #say(chat: ChatId, content: KnownContent): Promise<MessageId> {
    return asProblem(this.#device.conversation(chat).queue(content));
  }
}

/** Whatever is refused below becomes one of the codes that a view has words for. */
async function asProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'full') throw new Problem('storage-full');
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === 'full') throw new Problem('server-full');
    if (error.code === 'busy') throw new Problem('offline');
    if (error.code === 'expired') throw new Problem('invite-used');
    if (['quota', 'rate', 'version', 'not-found', 'too-big'].includes(error.code)) {
      throw new Problem(error.code as Problem['code']);
    }
    throw new Problem('failed', error.message);
  }
}

function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > LONGEST_NAME) throw new Problem('too-long');
  return trimmed;
}

function checkedTitle(title: string): string {
  const trimmed = title.trim();
  if (trimmed === '' || trimmed.length > LONGEST_TITLE) throw new Problem('too-long');
  return trimmed;
}

function checkLength(text: string): void {
  if (text.length > LONGEST_TEXT) throw new Problem('too-long');
}

function checkText(text: string): void {
  checkLength(text);
  if (text.trim() === '') throw new Problem('failed', 'nothing to say');
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
}
