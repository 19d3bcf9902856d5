/** What the parts of a conversation share: what is held, how it is stored, and the log. */
import type { ProtocolError } from '@polynya/protocol/protocol-error';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import type { ChatId } from '../api.ts';
import type { Change } from '../store/store.ts';
import { capability } from './capability.ts';
import { groupsOf, type Held, heldChanges } from './held.ts';
import { Outbox } from './outbox.ts';
import type { World } from './world.ts';

/** ms that a receipt waits for company: who reads a chat says so in the same one, and so does an answer typed by hand. */
const RECEIPT_SOON = 300;

export class Core {
  readonly world: World;
  readonly chat: ChatId;
  readonly outbox: Outbox;
  readonly log: LogHandle;
  /** Handovers that the server refused for good, by their ids (hex). */
  readonly refused = new Map<string, ProtocolError>();
  #held: Held;
  /** ms: since when a receipt waits; when the last one went, or this was opened. */
  readonly #receiptSince = new Map<'read' | 'delivered', number>();
  #lastReceipt: number;

  constructor(world: World, chat: ChatId, held: Held, log: LogHandle) {
    this.world = world;
    this.chat = chat;
    this.#held = held;
    this.log = log;
    this.outbox = new Outbox(world.store, chat);
    this.#lastReceipt = world.clock.now();
  }

  get held(): Held {
    return this.#held;
  }

  /**
   * Stores `next` with `others` in one batch; then it is the present, and what only the old one held of secrets
   * is erased.
   * @throws StoreError: nothing has changed
   */
  async save(next: Held, others: readonly Change[] = []): Promise<void> {
    const before = this.#held;
    const turned = next.group.epoch !== before.group.epoch;
    const passed = turned ? await this.world.turned?.(this.chat, before, next) : null;
    const changes = [...heldChanges(this.chat, before, next), ...others, ...(passed ?? [])];
    await this.world.store.apply(changes);
    this.#held = next;
    if (turned && next.group.active) {
      this.log.setSecret(await capability(next.group));
    }
    const kept = groupsOf(next);
    for (const group of groupsOf(before)) if (!kept.includes(group)) group.dispose(kept);
    this.touch();
  }

  /** As `save`, together with changes of the timeline, which nobody else writes meanwhile. */
  saveWithTimeline(next: Held, others: () => Promise<readonly Change[]>): Promise<void> {
    return this.world.timeline.locked(this.chat, async () => this.save(next, await others()));
  }

  /** Something may be said here; in a chat that was declined, that this person leaves. */
  get mayWrite(): boolean {
    const declined = this.world.request(this.chat)?.declined ?? true;
    return this.#held.state.phase === 'active' && declined;
  }

  /** ms until a receipt is due: soon after it was first seen to be owed, and not within `pause` ms of the last one. */
  receiptDueIn(kind: 'read' | 'delivered', now: number, pause: number): number {
    // Neither may lie ahead: a clock that was set back is to hold nothing up.
    const since = Math.min(this.#receiptSince.get(kind) ?? now, now);
    this.#receiptSince.set(kind, since);
    this.#lastReceipt = Math.min(this.#lastReceipt, now);
    return Math.max(0, since + RECEIPT_SOON - now, this.#lastReceipt + pause - now);
  }

  receiptSent(): void {
    this.#receiptSince.clear();
    this.#lastReceipt = this.world.clock.now();
  }

  touch(): void {
    this.world.changes.touchChat(this.chat);
  }
}
