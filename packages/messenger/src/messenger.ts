/**
 * The messenger behind the facade that views see (api.ts). Each method here is a few lines: the work is done in
 * the conversations, the timeline and the files; what is refused is a `Problem`.
 */
import { fromHex, fromUtf8 } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
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
import { asProblem } from './as-problem.ts';
import { oldKeys } from './carry/keys.ts';
import { NEAR_CODE } from './carry/near-code-key.ts';
import type { ChatsFacade } from './chats-api.ts';
import { Device, type Ports } from './device.ts';
import { fleetOf } from './devices/later.ts';
import type { DevicesFacade } from './devices-api.ts';
import { arrive, previewInvite, resumeArrivals } from './invite/arriving.ts';
import type { NearFacade } from './near-api.ts';
import { messagesTopic } from './queries/changes.ts';
import { KeptReads } from './queries/kept-reads.ts';
import { live } from './queries/live.ts';
import { detailOf, messagesOf, statusOf } from './views.ts';
import { reached } from './waiting.ts';

const LONGEST_NAME = 64;
const LONGEST_TEXT = 16_000;
/** ms: a log takes only so many Commits a minute, so where many join at once some wait. */
const JOINING = 180_000;

export type { Ports } from './device.ts';

/** Everything that the store holds comes to life. The messenger owns the store from now on. @throws StoreError */
export async function createMessenger(ports: Ports): Promise<Messenger> {
  const device = await Device.open(ports);
  ports.opened?.(device);
  const { closing } = device;
  const running = device
    .start()
    .then(async () => (closing.aborted ? undefined : resumeArrivals(device)));
  if (!ports.lateTrouble) await running;
  // Whoever was called at home when the page was closed is called again.
  const resumed = running.then(async () => {
    const old = await oldKeys(ports);
    if (old.length > 0) await ports.store.apply(old);
    const code = await device.ports.store.get(NEAR_CODE.table, NEAR_CODE.key);
    if (code && !closing.aborted) await (await homeOf(device)).nearCall(fromUtf8(code));
  });
  resumed.catch(() => undefined);
  running.catch((error: unknown) => {
    if (!closing.aborted) ports.lateTrouble?.(error);
  });
  return withLater(new RunningMessenger(device), async (name) => {
    if (name in DEVICES) return fleetOf(device);
    if (name.startsWith('near')) return homeOf(device);
    return new (await import('./occasional.ts')).Chats(device);
  });
}

/** Asked of several devices of one person; what else is not here is asked of chats now and then. */
const DEVICES = {
  linkDevice: true,
  confirmLink: true,
  cancelLink: true,
  openLink: true,
  renameDevice: true,
  removeDevice: true,
  openSaved: true,
  recoveryKit: true,
  keepRecoveryPhrase: true,
  recover: true,
} as const satisfies Record<keyof DevicesFacade, true>;

const homeOf = async (device: Device) => (await import('./carry/at-home.ts')).atHome(device);

/** With the methods of the facade that wait for what does them to be loaded. */
function withLater(running: RunningMessenger, load: (name: string) => Promise<object>): Messenger {
  const call =
    (name: string) =>
    (...args: unknown[]) =>
      asProblem(
        running
          .ready(name, args[0])
          .then(() => load(name))
          .then((part) => Reflect.apply(Reflect.get(part, name), part, args)),
      );
  return new Proxy(running as unknown as Messenger, {
    get(known, name) {
      const found: unknown = Reflect.get(known, name);
      if (typeof found === 'function') return found.bind(known);
      // Nor is it a promise, whoever waits for it.
      return found === undefined && typeof name === 'string' && name !== 'then'
        ? call(name)
        : found;
    },
  });
}

class RunningMessenger
  implements Omit<Messenger, keyof DevicesFacade | keyof ChatsFacade | keyof NearFacade>
{
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  /** What is searched and how chats are sorted needs none of them to be read. */
  async ready(name: string, asked: unknown): Promise<void> {
    if (name !== 'search' && name !== 'setFolders') await this.#device.loading.ready(asked);
  }

  subscribe<Q extends Query>(
    query: Q,
    listener: (result: QueryResult[Q['query']]) => void,
  ): () => void {
    const { topics, compute, ended } = this.#query(query);
    const end = live({
      changes: this.#device.changes,
      topics,
      compute: compute as () => Promise<QueryResult[Q['query']]>,
      listener,
      failed: (error) => this.#device.ports.log(`a view could not be computed: ${nameOf(error)}`),
    });
    return () => {
      end();
      ended?.();
    };
  }

  #query(query: Query): {
    topics: string[];
    compute: () => Promise<QueryResult[Query['query']]>;
    ended?: () => void;
  } {
    const device = this.#device;
    switch (query.query) {
      case 'status':
        return { topics: ['status'], compute: () => statusOf(device) };
      case 'devices':
        return { topics: ['devices'], compute: async () => (await fleetOf(device)).view() };
      case 'chats':
        return { topics: ['chats'], compute: () => device.summaries.list() };
      case 'near':
        return { topics: ['near'], compute: async () => (await homeOf(device)).view };
      case 'drafts':
        return { topics: ['drafts'], compute: () => device.memory.drafts() };
      case 'folders':
        return { topics: ['folders'], compute: () => device.memory.folders() };
      case 'chat':
        return {
          topics: [`chat/${query.chat}`],
          compute: async () => {
            await device.loading.ready(query.chat);
            return detailOf(device, query.chat);
          },
        };
      case 'messages': {
        const { chat, limit, upTo } = query;
        const kept = new KeptReads(device.ports.store, chat);
        let opened: Promise<number | null> | null = null;
        const compute = async () => {
          await device.loading.ready(chat);
          opened ??= device.timeline.firstUnread(chat);
          return messagesOf(device, chat, limit, await opened, upTo, kept);
        };
        const ended = device.changes.onWritten((changes) => kept.wrote(changes));
        return { topics: [messagesTopic(chat)], compute, ended };
      }
    }
  }

  preview(link: string, unasked?: boolean) {
    const look = () => previewInvite(this.#device, link, unasked);
    return asProblem(this.#device.loading.whole.then(look));
  }

  async register(link: string, name: string) {
    await this.#device.loading.whole;
    if (this.#device.registered) throw new Problem('already-member');
    const chat = await asProblem(arrive(this.#device, link, checkedName(name)));
    if (chat) await this.#seated(chat);
    this.#device.changes.touch('status');
    return { chat };
  }

  async join(link: string) {
    await this.#device.loading.whole;
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

  async send(chat: ChatId, message: Parameters<Messenger['send']>[1]) {
    const { text, reply, mentions = [], ...along } = message;
    checkText(text);
    const content = {
      kind: 'text' as const,
      text,
      reply: reply ? fromHex(reply) : null,
      mentions: mentions.map(fromHex),
    };
    const conversation = await this.#device.need(chat);
    return { id: await asProblem(conversation.queue(content, null, along)) };
  }

  async edit(chat: ChatId, message: MessageId, text: string, mentions: readonly PersonId[] = []) {
    checkText(text);
    const target = fromHex(message);
    await this.#say(chat, { kind: 'edit', target, text, mentions: mentions.map(fromHex) });
  }

  async delete(chat: ChatId, message: MessageId) {
    await this.#say(chat, { kind: 'delete', target: fromHex(message) });
  }

  async react(chat: ChatId, message: MessageId, emoji: string) {
    await this.#say(chat, { kind: 'react', target: fromHex(message), emoji });
  }

  async typing(chat: ChatId) {
    await (await this.#device.need(chat)).signals.type();
  }

  async read(chat: ChatId, seq: number) {
    const { timeline, ports } = this.#device;
    const conversation = await this.#device.need(chat);
    await timeline.locked(chat, async () => ports.store.apply(await timeline.read(chat, seq)));
    conversation.markRead(seq);
    conversation.touch();
  }

  async mark(chat: ChatId, change: ChatMark) {
    const conversation = await this.#device.need(chat);
    if (!(await this.#device.memory.set(chat, change))) return;
    conversation.touch();
    if (this.#device.self.group) (await fleetOf(this.#device)).sharing.marks(chat);
  }

  async keepDraft(chat: ChatId, text: string) {
    await this.#device.need(chat);
    checkLength(text);
    await asProblem(this.#device.memory.keepDraft(chat, text));
    if (this.#device.self.group) (await fleetOf(this.#device)).sharing.draft(chat, text);
  }

  async kick() {
    for (const { connection } of this.#device.links.values()) connection.kick();
    for (const conversation of this.#device.conversations.values()) conversation.tryAgain();
    this.#device.lookForExpired();
    this.#device.lookForScheduled();
    await this.#device.files.resumeAll();
  }

  async close() {
    await this.#device.close();
    await this.#device.ports.store.close();
  }

  async #say(chat: ChatId, content: KnownContent): Promise<MessageId> {
    const conversation = await this.#device.need(chat);
    return asProblem(conversation.queue(content));
  }
}

function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > LONGEST_NAME) throw new Problem('too-long');
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
