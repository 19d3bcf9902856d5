/**
 * Own devices follow their person: each listed one is brought into every conversation, each that the list has no more
 * is removed from it (docs/protocol.md section 9). Computed from what is held, so it survives any crash; whoever let
 * the device in does it first, the others after a while.
 */
import { equal, toHex } from '@polynya/protocol/bytes';
import { fraction } from '@polynya/reach/clock';
import type { ChatId } from '../api.ts';
import type { CommitChange } from '../conversation/commits.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Held } from '../conversation/held.ts';
import type { Device } from '../device.ts';
import { devicesIn } from '../identity/device-list.ts';
import { takeFrom } from '../inbox/taking.ts';
import { handoverSaved } from '../invite/handover.ts';
import { cardOf, missingIn, strangersIn } from './missing.ts';
import type { KnownDevice } from './registry.ts';
import { tellList } from './tell-list.ts';

/** ms: changes come in crowds. */
const MOMENT = 300;
/** ms that each next device waits for the one before it. */
const STEP = 20_000;
/** ms from one attempt to the next. */
const RETRY = { least: 1_000, most: 60_000 };
/** Conversations at a time. */
const AT_ONCE = 4;

export class Tending {
  readonly #device: Device;
  readonly #known: () => ReadonlyMap<string, KnownDevice>;
  readonly #busy = new Set<ChatId>();
  /** By chat and device: when it was first seen to be missing (ms). */
  readonly #noticed = new Map<string, number>();
  readonly #failed = new Map<ChatId, { readonly times: number; readonly until: number }>();
  readonly #spread: number;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;

  constructor(device: Device, known: () => ReadonlyMap<string, KnownDevice>) {
    this.#device = device;
    this.#known = known;
    this.#spread = fraction(device.ports.random);
  }

  /** Something changed: there may be something to do. */
  look(wait = MOMENT): void {
    const { clock } = this.#device.ports;
    const at = clock.now() + wait;
    if (this.#device.closing.aborted || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: clock.setTimeout(() => this.#take(), wait) };
  }

  /** Nothing that failed need wait longer. */
  hurry(): void {
    this.#failed.clear();
    this.look();
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** How many chats this device is still to be brought into. */
  awaited(other: Uint8Array): number {
    return this.#ours().filter(({ held }) =>
      missingIn(this.#device, held).some((one) => equal(one, other)),
    ).length;
  }

  /** Chats whose leaves differ from the list. */
  get unsettled(): number {
    return this.#ours().filter(
      ({ held }) =>
        missingIn(this.#device, held).length + strangersIn(this.#device, held).length > 0,
    ).length;
  }

  #ours(): Conversation[] {
    const { conversations, registered, memory } = this.#device;
    if (!registered || registered.removed) return [];
    return [...conversations.values()].filter(
      ({ chat, held }) => held.state.phase === 'active' && !memory.request(chat),
    );
  }

  #take(): void {
    this.#timer = null;
    if (this.#device.closing.aborted) return;
    const now = this.#device.ports.clock.now();
    for (const conversation of this.#ours()) {
      if (this.#busy.size >= AT_ONCE) return;
      const { chat, held } = conversation;
      const wait = Math.max(
        this.#dueIn(chat, held, now),
        (this.#failed.get(chat)?.until ?? 0) - now,
      );
      if (this.#busy.has(chat) || wait === Number.POSITIVE_INFINITY) continue;
      if (wait > 0) this.look(wait);
      else void this.#tend(conversation);
    }
  }

  /** ms until this device is to do something here. */
  #dueIn(chat: ChatId, held: Held, now: number): number {
    const waits = [
      ...missingIn(this.#device, held)
        .filter((other) => this.#card(other, held) !== null)
        .map((other) => this.#wait(`${chat}${toHex(other)}`, other, now)),
      ...strangersIn(this.#device, held).map(({ signatureKey }) =>
        this.#wait(`${chat}${toHex(signatureKey)}`, signatureKey, now),
      ),
    ];
    return Math.min(Number.POSITIVE_INFINITY, ...waits);
  }

  #wait(key: string, other: Uint8Array, now: number): number {
    const since = this.#noticed.get(key) ?? now;
    this.#noticed.set(key, since);
    return since + (this.#rank(other) + this.#spread) * STEP * (this.#rank(other) && 1) - now;
  }

  /** 0 for whoever wrote the list's last word on this device; the others in the order of the list. */
  #rank(other: Uint8Array): number {
    const { list, device } = this.#device.self;
    const by = list.entries.findLast((entry) => equal(entry.device, other))?.by ?? 0;
    const author = by === 0 ? list.entries[0]?.device : list.entries[by - 1]?.device;
    const others = devicesIn(list).filter((one) => !equal(one, other));
    const ranked = others.toSorted((a, b) => Number(isIt(b, author)) - Number(isIt(a, author)));
    return Math.max(
      0,
      ranked.findIndex((one) => equal(one, device.publicKey)),
    );
  }

  #card(other: Uint8Array, { state }: Held) {
    const agreed = this.#known().get(toHex(other))?.card ?? null;
    return cardOf(this.#device, other, state.server, agreed);
  }

  async #tend(conversation: Conversation): Promise<void> {
    const { chat } = conversation;
    this.#busy.add(chat);
    try {
      const strangers = strangersIn(this.#device, conversation.held);
      if (strangers.length > 0) {
        await tellList(this.#device, chat);
      }
      const taken = await this.#taken(conversation);
      await conversation.change(async (held) => this.#change(chat, held, taken)).done;
      this.#failed.delete(chat);
      this.look();
    } catch (error) {
      this.#device.ports.log(
        `own devices wait: ${error instanceof Error ? `${error.name} ${error.message}` : ''}`,
      );
      const times = this.#failed.get(chat)?.times ?? 0;
      const wait = Math.min(RETRY.most, RETRY.least * 2 ** times);
      this.#failed.set(chat, { times: times + 1, until: this.#device.ports.clock.now() + wait });
      this.look(wait);
    } finally {
      this.#busy.delete(chat);
      this.#device.changes.touch('devices');
    }
  }

  /** A KeyPackage of each missing device that can be reached. */
  async #taken({ chat, held }: Conversation) {
    const taken = await Promise.all(
      missingIn(this.#device, held).map(async (other) => {
        const card = this.#card(other, held);
        return (
          card &&
          takeFrom(this.#device, this.#device.linkOf(chat).connection, {
            root: this.#device.self.root,
            device: other,
            card,
          })
        );
      }),
    );
    return taken.flatMap((one) => one ?? []);
  }

  #change(
    chat: ChatId,
    held: Held,
    taken: Awaited<ReturnType<typeof takeFrom>>[],
  ): CommitChange | null {
    const missing = missingIn(this.#device, held);
    const wanted = taken.filter(({ device }) => missing.some((one) => equal(one, device)));
    const remove = strangersIn(this.#device, held).map(({ leaf }) => leaf);
    if (wanted.length === 0 && remove.length === 0) return null;
    // What was said before they came is theirs too.
    const handovers = wanted.map(({ handover }) => ({ ...handover, missed: 0 }));
    return {
      add: wanted.map(({ keyPackage }) => keyPackage),
      remove,
      handovers,
      saved: handovers.map((handover) => handoverSaved(chat, handover)),
    };
  }
}

function isIt(device: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && equal(device, other);
}
