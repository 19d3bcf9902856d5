/** How the chats of a device come to life from its store: one that is asked for before all others. */
import { toHex } from '@polynya/protocol/bytes';
import type { ChatId, ChatSummary } from './api.ts';
import { type Held, loadHeld } from './conversation/held.ts';
import { chatsWaiting } from './conversation/outbox.ts';
import type { Device, Ports } from './device.ts';
import { HANDOVER_PHASE, handoverGone, loadHandovers } from './invite/handover.ts';
import type { Range, Reads } from './store/store.ts';

/** Chats that are read together: a read of many costs little more than a read of one. */
const AT_ONCE = 32;
/** ms: so often the list of chats follows those that were read. */
const PAUSE = 500;

type Loaded = Pick<Device, 'changes' | 'closing' | 'conversations'> & {
  readonly ports: Pick<Ports, 'store' | 'engine' | 'clock'>;
};

export class Loading {
  /** Settles when every chat that is stored has come to life. */
  readonly whole: Promise<void>;
  readonly #device: Loaded;
  readonly #begin: (chat: ChatId, held: Held) => Promise<void>;
  readonly #coming = new Map<ChatId, Promise<void>>();
  readonly #wholeness = Promise.withResolvers<void>();
  #isWhole = false;
  readonly #beginning = Promise.withResolvers<void>();

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

  /** Settles when there are chats to be shown, or none at all. */
  get begun(): Promise<void> {
    return Promise.race([this.#beginning.promise, this.whole]);
  }

  /** Settles when the list is to follow: with each chat that comes it would take as long as all the reading. */
  async pause(): Promise<void> {
    if (this.#isWhole) return;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    this.#device.ports.clock.setTimeout(resolve, PAUSE);
    await Promise.race([over, this.whole.catch(() => undefined)]);
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
      const [[first] = [], [last] = []] = [logs[0], logs.at(-1)];
      if (last === undefined) return;
      const chats = { from: `${first}/`, to: `${last}0` };
      const [group, invite] = await Promise.all([
        store.range('group', chats),
        store.range('invite', chats),
      ]);
      const together = readIn({ log: logs, group, invite });
      await Promise.all(logs.map(([chat]) => this.#one(chat, together)));
      from = `${last}\0`;
      this.#beginning.resolve();
    }
  }

  async #load(chat: ChatId, reads: Reads = this.#device.ports.store): Promise<void> {
    const { store, engine } = this.#device.ports;
    const [held, handovers] = await Promise.all([
      loadHeld(reads, engine, chat),
      loadHandovers(reads, chat),
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
  async #one(chat: ChatId, reads?: Reads): Promise<void> {
    const begun = this.#device.conversations.has(chat) && !this.#coming.has(chat);
    if (begun) return;
    const coming = this.#coming.get(chat) ?? this.#load(chat, reads);
    this.#coming.set(chat, coming);
    await coming;
  }
}

/** Rows of some tables that were read already. */
function readIn(tables: { readonly [table: string]: [key: string, value: Uint8Array][] }): Reads {
  const range: Reads['range'] = async (table, { from = '', to = '' }: Range = {}) =>
    tables[table]?.filter(([key]) => key >= from && key < to) ?? [];
  return {
    range,
    get: async (table, key) => tables[table]?.find(([one]) => one === key)?.[1],
  };
}
