/**
 * One conversation as this device runs it: an actor. Whoever wants something leaves it in the store (what was
 * typed) or in the mailbox (intents, marks) and wakes it; one step after another then reads the log, stages,
 * seals and sends. What a step changes is stored in one batch before it is the present and before it leaves.
 */
import { equal, fromHex, toHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import { type ChatId, type MessageId, Problem } from '../api.ts';
import { KnownHead } from '../line/known-head.ts';
import { StoreError } from '../store/store.ts';
import type { Intent } from './commits.ts';
import { Committer } from './committer.ts';
import { isForTimeline, type Typed, wrapped } from './contents.ts';
import { Core } from './core.ts';
import { nextDelivery } from './deliveries.ts';
import { Errands } from './errands.ts';
import type { Held } from './held.ts';
import { createLog } from './new-log.ts';
import { encodeContent, type Outbox } from './outbox.ts';
import { inLog } from './places.ts';
import { sealNext, sendBatch } from './sending.ts';
import { Settling } from './settling.ts';
import { Signals } from './signals.ts';
import { Sync } from './sync.ts';
import type { World } from './world.ts';

/** ms */
const RETRY = { least: 500, most: 30_000 };
const LONGEST_TIMER = 3_600_000;
const READ_BYTES = 100_000;

export class Conversation {
  readonly chat: ChatId;
  readonly signals: Signals;
  readonly #core: Core;
  readonly #world: World;
  readonly #log: LogHandle;
  readonly #sync: Sync;
  readonly #committer: Committer;
  readonly #errands: Errands;
  readonly #head = new KnownHead();
  #unwatch: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #closed = false;
  /** The log was asked for its head since the start. */
  #begun = false;
  #failures = 0;
  /** ms: until then nothing is sent, whatever wakes us, for the last attempt failed. */
  #notBefore = 0;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  /** The own read mark. */
  #read = 0;
  readonly #settling: Settling;

  /** @param secret the capability of the epoch that `held` is in */
  constructor(world: World, chat: ChatId, held: Held, secret: Uint8Array) {
    this.chat = chat;
    this.#world = world;
    this.#log = world.connection.log(held.state.log, secret);
    this.#core = new Core(world, chat, held, this.#log);
    this.#committer = new Committer(this.#core);
    this.#errands = new Errands(world, () => this.wake());
    this.signals = new Signals(this.#core);
    this.#settling = new Settling(this.#core);
    this.#sync = new Sync(this.#core, {
      committed: () => this.#committer.met(),
      arrived: (sender) => this.signals.stopped(sender),
    });
  }

  get held(): Held {
    return this.#core.held;
  }

  get outbox(): Outbox {
    return this.#core.outbox;
  }

  /** Begins to follow the log and to send. */
  async start(): Promise<void> {
    if (!this.#alive) {
      this.#log.close();
      if (this.held.state.phase === 'stopped') this.#world.stuck(this.chat);
      return;
    }
    if (this.held.state.created) this.#watch();
    if (this.held.parent) this.#world.stuck(this.chat);
    this.wake();
  }

  /** Everything that was in the log when the line came up is here, or nothing more is wanted of it. */
  get caughtUp(): boolean {
    const { state } = this.held;
    return !this.#alive || !state.created || this.#head.reachedBy(state.cursor);
  }

  /** The server, or the members, do not know yet that we are here. */
  get unannounced(): boolean {
    const { state } = this.held;
    return this.#alive && (!state.created || !state.introduced);
  }

  lineLost(): void {
    this.#head.lineLost();
  }

  /** The line is there again: what waits need not wait longer. */
  tryAgain(): void {
    this.#notBefore = 0;
    this.#errands.hurry();
    this.wake();
  }

  /** The log takes no more Commits for now. */
  get commitsLimited(): boolean {
    return this.#committer.limited;
  }

  /** Why the server refused a handover for good; undefined if it did not. */
  refusalOf(handover: Uint8Array): ProtocolError | undefined {
    return this.#core.refused.get(toHex(handover));
  }

  /** Something is to be done. */
  wake(): void {
    this.#again = true;
    this.#timer?.cancel();
    this.#timer = null;
    if (!this.#closed) this.#running ??= this.#run();
  }

  /** Stops after the step under way; nothing is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#unwatch?.();
    this.signals.close();
    this.#log.close();
    this.#committer.end(new Problem('offline'));
    await this.#running;
  }

  /** Queues a content behind all others; it is sent once a way opens. @throws Problem 'not-a-member', 'too-long' */
  async queue(
    bare: KnownContent,
    known: Uint8Array | null = null,
    { planned = null, besides = [], ...along }: Typed = {},
  ): Promise<MessageId> {
    const content = wrapped(bare, { ...along, after: this.held.state.timer });
    if (!this.#core.mayWrite) throw new Problem('not-a-member');
    const { timeline, store, clock } = this.#world;
    const id = known ?? this.#world.random(16);
    const encoded = encodeContent(content);
    const at = clock.now();
    const message = { chat: this.chat, id: toHex(id), at, sender: this.#me, content, planned };
    await timeline.locked(this.chat, async () => {
      const row = await this.#core.outbox.push({ id, at, content: encoded });
      const shown = isForTimeline(content) ? await timeline.queued(message) : [];
      await store.apply([row, ...shown, ...besides]).catch((error: unknown) => {
        this.#tellIfFull(error);
        throw error;
      });
    });
    this.#core.touch();
    this.wake();
    return toHex(id);
  }

  /** As `queue`, for what may be handed over again after a crash. */
  async queueOnce(content: KnownContent, id: MessageId): Promise<void> {
    const known = fromHex(id);
    const waits = await this.#core.outbox.has(known);
    const row = await this.#world.timeline.message(this.chat, id);
    if (!waits && (row?.seq ?? null) === null) await this.queue(content, known, row ?? {});
  }

  /** Tries a refused message again, behind all others. False: there is none of this id. */
  async retry(id: Uint8Array): Promise<boolean> {
    const { timeline, store } = this.#world;
    const found = await timeline.locked(this.chat, async () => {
      const changes = await this.#core.outbox.retry(id);
      if (changes.length === 0) return false;
      await store.apply([...changes, ...(await timeline.state(this.chat, toHex(id), 'waiting'))]);
      return true;
    });
    this.#core.touch();
    this.wake();
    return found;
  }

  /** Drops a message that was refused, or is still to be sent. One on its way goes on. */
  async discard(message: MessageId): Promise<void> {
    const { timeline, store } = this.#world;
    const id = fromHex(message);
    await timeline.locked(this.chat, async () => {
      if (this.held.state.batch.some((item) => equal(item.id, id))) return;
      await store.apply([
        ...(await this.#core.outbox.discard(id)),
        ...(await timeline.discard(this.chat, message)),
      ]);
    });
    this.#core.touch();
  }

  /** Commits something, now or after others; settles once it is in the log. @throws Problem */
  change(build: Intent['build']): { done: Promise<void>; cancel: (problem: Problem) => void } {
    if (!this.#alive) throw new Problem('not-a-member');
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    const intent: Intent = { build, settle: (error) => (error ? reject(error) : resolve()) };
    this.#committer.ask(intent);
    this.wake();
    const cancel = (problem: Problem) => {
      this.#committer.withdraw(intent);
      intent.settle(problem);
    };
    return { done, cancel };
  }

  /** This person has seen everything up to `seq`. */
  markRead(seq: number): void {
    this.#read = Math.max(this.#read, seq);
    this.wake();
  }

  /** Views of it are to be computed anew. */
  touch(): void {
    this.#core.touch();
  }

  get #me(): string {
    return this.#world.self().person;
  }

  get #alive(): boolean {
    return ['active', 'joining'].includes(this.held.state.phase);
  }

  #watch(): void {
    this.#unwatch = this.#log.watch(
      {
        entries: (entries) => {
          const taken = this.#sync.fed(entries);
          this.wake();
          return taken;
        },
        signal: (body) => void this.signals.received(body),
        refused: () => {
          // Closed to us: where it ends for us, and whether that is behind what was read, only the log says.
          this.#begun = false;
          this.wake();
        },
        head: (head) => {
          this.#head.told(head);
          this.#core.touch();
        },
      },
      this.held.state.cursor + 1,
    );
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        while (!this.#closed && (await this.#step()));
        if (this.#waits <= 0) this.#failures = 0;
        this.#world.storageFull(false);
      } catch (error) {
        if (!this.#closed) this.#failed(error);
      }
    }
    this.#running = null;
  }

  /** One thing that is to be done. False: there is nothing now. */
  async #step(): Promise<boolean> {
    if (await this.#sync.step()) return true;
    const { state } = this.held;
    if (!this.#alive) return this.#farewell();
    if (this.#waits > 0) {
      this.#wakeIn(this.#waits);
      return false;
    }
    if (!state.created) return this.#create();
    if (!this.#begun) return this.#begin();
    const committed = state.pending ? await this.#sendCommit() : Number.POSITIVE_INFINITY;
    if (committed === true) return true;
    this.#wakeIn(committed);
    if (state.batch.length > 0) return this.#sendBatch();
    const delivered = await this.#errands.step(() => nextDelivery(this.#core));
    if (delivered === true) return true;
    this.#wakeIn(delivered);
    if (await this.#settling.step()) return true;
    const staged = state.pending ? Number.POSITIVE_INFINITY : await this.#committer.stage();
    if (staged === true) return true;
    this.#wakeIn(staged);
    if (state.phase !== 'active') return false;
    const read = inLog(this.#read, state.base);
    const { sealed, dueIn } = await sealNext(this.#core, read);
    if (dueIn !== null) this.#wakeIn(dueIn);
    return sealed;
  }

  /** @returns ms until it may be sent (again), or true when it was */
  async #sendCommit(): Promise<true | number> {
    const answer = await this.#committer.send();
    if (typeof answer === 'number') return answer;
    if (!(answer instanceof ProtocolError)) this.#sync.feed([answer]);
    else if (!answer.retriable) await this.#catchUp();
    return true;
  }

  async #sendBatch(): Promise<true> {
    const { sent, refused } = await sendBatch(this.#core);
    this.#sync.feed(sent);
    if (refused && !(await this.#catchUp())) throw refused;
    return true;
  }

  /** The log did not take what we made: others were first. Reads on. @returns whether there is something new */
  async #catchUp(): Promise<boolean> {
    if (!this.#sync.behind) {
      const { entries } = await this.#log.read(this.held.state.cursor + 1, READ_BYTES);
      this.#sync.feed(entries);
    }
    return this.#sync.behind;
  }

  /** A conversation made here comes to be on the server. */
  async #create(): Promise<boolean> {
    await createLog(this.#world, this.held);
    await this.#core.save({ ...this.held, state: { ...this.held.state, created: true } });
    this.#watch();
    return true;
  }

  /**
   * Nothing is sealed before the log was read to its head: it may show that another copy of this device lived on,
   * whose generations are not to be used again.
   */
  async #begin(): Promise<true> {
    const { head } = await this.#log.state();
    this.#sync.reach(head);
    const { read } = await this.#world.timeline.marks(this.chat);
    this.#read = Math.max(this.#read, read);
    this.#begun = true;
    return true;
  }

  /** The chat is over for us: nothing is sent any more. */
  #farewell(): boolean {
    if (this.held.state.phase === 'stopped') this.#world.stuck(this.chat);
    this.#unwatch?.();
    this.#unwatch = null;
    this.signals.close();
    this.#committer.end(new Problem('not-a-member'));
    return false;
  }

  #failed(error: unknown): void {
    const wait = Math.min(RETRY.most, RETRY.least * 2 ** this.#failures++);
    const asked = error instanceof ProtocolError ? error.retryAfter : 0;
    this.#notBefore = this.#world.clock.now() + Math.max(wait, asked);
    this.#wakeIn(this.#waits);
    if (error instanceof ProtocolError) return;
    if (this.#tellIfFull(error)) return;
    this.#world.log(`a step of a conversation failed: ${nameOf(error)}`);
  }

  /** Whether the device had no room for something, which is said until it has. */
  #tellIfFull(error: unknown): boolean {
    const full = error instanceof StoreError && error.code === 'full';
    if (full) this.#world.storageFull(true);
    return full;
  }

  /** ms until something may be sent again. */
  get #waits(): number {
    return this.#notBefore - this.#world.clock.now();
  }

  /** Wakes at the soonest of the times asked for. */
  #wakeIn(ms: number): void {
    if (this.#closed) return;
    const { clock } = this.#world;
    const wait = Math.min(Math.max(1, ms), LONGEST_TIMER);
    const at = clock.now() + wait;
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: clock.setTimeout(() => this.wake(), wait) };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message}` : 'unknown';
}
