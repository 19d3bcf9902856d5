/**
 * What is to be said later. It lies sealed in the Store of this device alone until its time, and goes to the outbox in
 * the batch that takes it away, under an id of its own: a crash says it neither twice nor never. Where the device did
 * not run then, it goes late, and shows for when it was meant. What comes due while the other of a chat of two is
 * blocked is said to nobody, then or later.
 */
import { fromHex, toHex } from '@polynya/protocol/bytes';
import { bool, type Infer, list, optional, struct, text, uint } from '@polynya/protocol/schema';
import { type ChatId, type MessageId, Problem } from '../api.ts';
import type { LaterMessage, ScheduledView } from '../chats-api.ts';
import type { Device } from '../device.ts';
import type { Change, Store } from '../store/store.ts';
import { decode, encode } from '../timeline/stored.ts';
import { peerOf } from './about.ts';
import { idOf as personOf } from './people.ts';
import { SCHEDULED, scheduledIn } from './scheduled-keys.ts';

/** In one chat. */
const MOST = 100;
/** ms: a clock may be set, and a machine may sleep. */
const LOOK_AGAIN = 600_000;
/** ms: what goes by then goes in time. */
const LATE = 60_000;

const id = text(32);
const message = struct({
  at: uint(),
  text: text(16_000),
  reply: optional(id),
  mentions: list(id, 64),
  silent: bool,
});

export class Scheduled {
  readonly #device: Device;
  #cancel: () => void = () => undefined;
  /** One thing at a time, so that nothing is said twice. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(device: Device) {
    this.#device = device;
    device.closing.addEventListener('abort', () => this.#cancel());
    this.look();
  }

  /** @throws Problem 'not-a-member', 'too-long', 'quota', 'not-found' */
  async schedule(
    chat: ChatId,
    { text: said, at, silent = false, ...about }: LaterMessage,
    instead?: MessageId,
  ): Promise<{ readonly id: MessageId }> {
    const { ports, memory } = this.#device;
    const { phase } = this.#device.conversation(chat).held.state;
    if (phase !== 'active' || memory.request(chat)) throw new Problem('not-a-member');
    if (said.trim() === '') throw new Problem('failed', 'nothing to say');
    const key = instead ?? toHex(ports.random(16));
    await this.#alone(async () => {
      const before = instead === undefined ? null : await this.#found(chat, instead);
      if (!before && (await this.of(chat)).length >= MOST) throw new Problem('quota');
      const { reply = before?.reply || null, mentions = before?.mentions ?? [] } = about;
      const value = encoded({ at, text: said, reply, mentions: [...mentions], silent });
      await ports.store.apply([{ ...placeOf(chat, key), value }]);
    });
    this.#changed(chat);
    return { id: key };
  }

  /** The next first. */
  async of(chat: ChatId): Promise<ScheduledView[]> {
    const stored = await this.#device.ports.store.range('setting', scheduledIn(chat));
    return stored
      .map(([key, value]) => ({ id: idOf(key), ...decode(message, value) }))
      .map(({ id: one, text: said, at, silent }) => ({ id: one, text: said, at, silent }))
      .sort((a, b) => a.at - b.at);
  }

  /** @throws Problem 'not-found' */
  async drop(chat: ChatId, which: MessageId): Promise<void> {
    await this.#alone(async () => {
      await this.#found(chat, which);
      await this.#forget(chat, which);
    });
    this.look();
  }

  /** @throws Problem 'not-found', 'not-a-member' */
  send(chat: ChatId, which: MessageId): Promise<void> {
    return this.#alone(async () => {
      await this.#say(chat, which, await this.#found(chat, which), null);
    });
  }

  /** Says what is due, and comes again for the next. */
  look(): void {
    this.#alone(() => this.#run()).catch((error: unknown) => this.#failed(error));
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #run(): Promise<void> {
    const { store, clock } = this.#device.ports;
    this.#cancel();
    let next = LOOK_AGAIN;
    for (const [key, value] of await store.range('setting', SCHEDULED)) {
      const [, chat = '', which = ''] = key.split('/');
      const known = decode(message, value);
      const wait = known.at - clock.now();
      if (wait > 0) next = Math.min(next, wait);
      else if (!this.#device.closing.aborted) {
        const planned = wait < -LATE ? known.at : null;
        const done = this.#isBlocked(chat)
          ? this.#forget(chat, which)
          : this.#say(chat, which, known, planned);
        await done.catch((error: unknown) => this.#failed(error));
      }
    }
    if (!this.#device.closing.aborted) this.#cancel = clock.setTimeout(() => this.look(), next);
  }

  async #say(
    chat: ChatId,
    which: MessageId,
    { text: said, reply, mentions, silent }: Infer<typeof message>,
    planned: number | null,
  ): Promise<void> {
    const content = {
      kind: 'text' as const,
      text: said,
      reply: reply === null ? null : fromHex(reply),
      mentions: mentions.map(fromHex),
    };
    const besides = [{ ...placeOf(chat, which), value: null }];
    const how = { silent, planned, besides };
    await this.#device.conversation(chat).queue(content, fromHex(which), how);
  }

  #isBlocked(chat: ChatId): boolean {
    const { conversations, blocked, self } = this.#device;
    const state = conversations.get(chat)?.held.state;
    const peer = state?.direct && peerOf(state, self.person);
    return peer ? blocked.has(personOf(peer)) : false;
  }

  async #forget(chat: ChatId, which: MessageId): Promise<void> {
    await this.#device.ports.store.apply([{ ...placeOf(chat, which), value: null }]);
    this.#device.conversations.get(chat)?.touch();
  }

  async #found(chat: ChatId, which: MessageId): Promise<Infer<typeof message>> {
    const { table, key } = placeOf(chat, which);
    const stored = await this.#device.ports.store.get(table, key);
    if (!stored) throw new Problem('not-found');
    return decode(message, stored);
  }

  #changed(chat: ChatId): void {
    this.#device.changes.touchChat(chat);
    this.look();
  }

  #failed(error: unknown): void {
    this.#device.ports.log(`what is to be said waits: ${error instanceof Error ? error.name : ''}`);
  }
}

/** What is to be stored where a chat is forgotten. */
export async function forgetScheduled(store: Store, chat: ChatId): Promise<Change[]> {
  const stored = await store.range('setting', scheduledIn(chat));
  return stored.map(([key]) => ({ table: 'setting', key, value: null }));
}

function encoded(value: Infer<typeof message>): Uint8Array {
  try {
    return encode(message, value);
  } catch {
    throw new Problem('too-long');
  }
}

function placeOf(chat: ChatId, which: MessageId) {
  return { table: 'setting', key: `later/${chat}/${which}` } as const;
}

function idOf(key: string): MessageId {
  return key.slice(key.lastIndexOf('/') + 1);
}
