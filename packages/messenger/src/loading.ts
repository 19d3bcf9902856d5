/** How the chats of a device come to life from its store: one that is asked for before all others. */
import { toHex } from '@polynya/protocol/bytes';
import type { ChatId, ChatSummary } from './api.ts';
import { type Held, loadHeld } from './conversation/held.ts';
import { chatsWaiting } from './conversation/outbox.ts';
import type { Device, Ports } from './device.ts';
import { HANDOVER_PHASE, handoverGone, loadHandovers } from './invite/handover.ts';

/** Chats that are read side by side: one after another would wait for the disk each time. */
const AT_ONCE = 32;

type Loaded = Pick<Device, 'changes' | 'closing' | 'conversations' | 'summaries'> & {
  readonly ports: Pick<Ports, 'store' | 'engine'>;
};

export class Loading {
  /** Settles when every chat that is stored has come to life. */
  readonly whole: Promise<void>;
  readonly #device: Loaded;
  readonly #begin: (chat: ChatId, held: Held) => Promise<void>;
  readonly #coming = new Map<ChatId, Promise<void>>();
  readonly #wholeness = Promise.withResolvers<void>();
  #isWhole = false;

  /** @param begin of a chat that was read */
  constructor(device: Loaded, begin: (chat: ChatId, held: Held) => Promise<void>) {
    this.#device = device;
    this.#begin = begin;
    this.whole = this.#wholeness.promise;
    // Whoever waits for it hears why it was not; nobody need wait.
    this.whole.catch(() => undefined);
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * Waits for the chat that is asked of, or for all chats where it is none that is stored.
   * @throws as `loadHeld`; Problem 'offline' when the device closes
   */
  async ready(asked?: unknown): Promise<void> {
    if (this.#isWhole) return;
    if (typeof asked === 'string') await this.#one(asked);
    if (!this.#device.conversations.has(String(asked))) await this.whole;
  }

  /**
   * Every chat that there is, but for those that came already; the ones first in which something waits to be sent.
   * @param listed as they were when this device was last open
   * @throws as `ready`
   */
  async all(listed: readonly ChatSummary[] = []): Promise<void> {
    try {
      await this.#others();
    } catch (error) {
      this.#wholeness.reject(error);
      throw error;
    }
    const { conversations, changes, closing } = this.#device;
    if (closing.aborted) return this.#wholeness.reject(closing.reason);
    this.#isWhole = true;
    this.#coming.clear();
    this.#wholeness.resolve();
    for (const { chat } of listed) if (!conversations.has(chat)) changes.touchChat(chat);
  }

  async #others(): Promise<void> {
    const { store } = this.#device.ports;
    await Promise.all((await chatsWaiting(store)).map((chat) => this.#one(chat)));
    let from = '';
    while (!this.#device.closing.aborted) {
      const logs = await store.range('log', { from, limit: AT_ONCE });
      const last = logs.at(-1)?.[0];
      if (last === undefined) return;
      await Promise.all(logs.map(([chat]) => this.#one(chat)));
      from = `${last}\0`;
    }
  }

  async #load(chat: ChatId): Promise<void> {
    const { store, engine } = this.#device.ports;
    const [held, handovers] = await Promise.all([
      loadHeld(store, engine, chat),
      loadHandovers(store, chat),
    ]);
    if (!held) return;
    // Wanted when the program ended, and their Commit was never stored: nobody waits for them.
    const pending = held.state.pending?.handovers.map(toHex) ?? [];
    const orphans = handovers.filter(
      ({ id, phase }) => phase === HANDOVER_PHASE.wanted && !pending.includes(toHex(id)),
    );
    if (orphans.length > 0) {
      await store.apply(orphans.map((handover) => handoverGone(chat, handover)));
    }
    await this.#begin(chat, held);
  }

  /** A chat begins once, whoever asks; one that began meanwhile does not begin again. */
  async #one(chat: ChatId): Promise<void> {
    const begun = this.#device.conversations.has(chat) && !this.#coming.has(chat);
    if (begun) return;
    const coming = this.#coming.get(chat) ?? this.#load(chat);
    this.#coming.set(chat, coming);
    await coming;
  }
}
