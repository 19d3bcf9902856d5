/**
 * One conversation as this device runs it: an actor. Whoever wants something leaves it in the store (what was
 * typed) or in the mailbox (intents, marks) and wakes it; one step after another then reads the log, stages,
 * seals and sends. What a step changes is stored in one batch before it is the present and before it leaves.
 */
import { equal, fromHex, toHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { ENTRY_KINDS } from '@polynya/protocol/requests';
import { fraction } from '@polynya/reach/clock';
import type { LogHandle } from '@polynya/reach/log-handle';
import { type ChatId, type MessageId, Problem } from '../api.ts';
import { dropPackage } from '../invite/sealed-blob.ts';
import { StoreError } from '../store/store.ts';
import { capabilityHash } from './capability.ts';
import { commitRequest, type Intent, stageCommit } from './commits.ts';
import { isForTimeline } from './contents.ts';
import { Core } from './core.ts';
import { deliver } from './deliveries.ts';
import { type Duty, duties } from './duties.ts';
import type { Held } from './held.ts';
import { joinAsDevice } from './joining.ts';
import { encodeContent, type Outbox } from './outbox.ts';
import { dropPending } from './own-entries.ts';
import { findPerson } from './people.ts';
import { sealNext, sendBatch } from './sending.ts';
import { Signals } from './signals.ts';
import { Sync } from './sync.ts';
import type { World } from './world.ts';

/** ms */
const RETRY = { least: 500, most: 60_000 };
const LONGEST_TIMER = 3_600_000;
/** ms to wait, at random up to this, before a Commit that lost its race is made again. */
const JITTER = 1_500;

export class Conversation {
  readonly chat: ChatId;
  readonly signals: Signals;
  readonly #core: Core;
  readonly #world: World;
  readonly #log: LogHandle;
  readonly #sync: Sync;
  readonly #intents: Intent[] = [];
  /** The one whose Commit is pending. */
  #committing: Intent | null = null;
  /** When duties were first seen (ms), so that each waits its time from then. */
  readonly #noticed = new Map<string, number>();
  readonly #spread: number;
  #unwatch: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #closed = false;
  #failures = 0;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  #commitNotBefore = 0;
  #read = 0;
  /** Our name as these people have it, or will. */
  #said: string | null = null;

  constructor(world: World, chat: ChatId, held: Held, secret: Uint8Array) {
    this.chat = chat;
    this.#world = world;
    this.#log = world.connection.log(held.state.log, secret);
    this.#core = new Core(world, chat, held, this.#log);
    this.#sync = new Sync(this.#core, (pending) => {
      if (pending.handovers.length > 0 || this.#committing) this.#settleCommitting(null);
    });
    this.#spread = fraction(world.random);
    this.signals = new Signals(this.#core);
  }

  get held(): Held {
    return this.#core.held;
  }

  get outbox(): Outbox {
    return this.#core.outbox;
  }

  /** Begins to follow the log and to send. */
  async start(): Promise<void> {
    const { held } = this;
    if (!this.#alive) {
      this.#log.close();
      return;
    }
    this.#read = (await this.#world.timeline.marks(this.chat)).read;
    if (held.state.created) this.#watch();
    this.wake();
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
      },
      this.held.state.cursor + 1,
    );
  }

  /** Something is to be done, or may be possible again. */
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
    for (const intent of this.#intents.splice(0)) intent.settle(new Problem('offline'));
    this.#settleCommitting(new Problem('offline'));
    await this.#running;
  }

  /** Queues a content behind all others; it is sent once a way opens. @throws Problem 'not-a-member', 'too-long' */
  async queue(content: KnownContent, known: Uint8Array | null = null): Promise<MessageId> {
    if (this.held.state.phase !== 'active') throw new Problem('not-a-member');
    const { timeline, store, clock } = this.#world;
    const id = known ?? this.#world.random(16);
    const encoded = encodeContent(content);
    const at = clock.now();
    const message = { chat: this.chat, id: toHex(id), at, sender: this.#me, content };
    await timeline.locked(this.chat, async () => {
      const row = await this.#core.outbox.push({ id, at, content: encoded });
      const shown = isForTimeline(content) ? await timeline.queued(message) : [];
      await store.apply([row, ...shown]);
    });
    this.#core.touch();
    this.wake();
    return toHex(id);
  }

  /** As `queue`, for what may be handed over again after a crash. */
  async queueOnce(content: KnownContent, id: MessageId): Promise<void> {
    const known = fromHex(id);
    const rows = await this.#core.outbox.first(10_000);
    const waits = rows.some((row) => equal(row.id, known));
    const logged = (await this.#world.timeline.message(this.chat, id))?.seq ?? null;
    if (!waits && logged === null) await this.queue(content, known);
  }

  /** Tries a refused message again, behind all others. */
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
    this.#intents.push(intent);
    this.wake();
    const cancel = (problem: Problem) => {
      const at = this.#intents.indexOf(intent);
      if (at >= 0) this.#intents.splice(at, 1);
      intent.settle(problem);
    };
    return { done, cancel };
  }

  /** This person has seen everything up to `seq`. */
  markRead(seq: number): void {
    this.#read = Math.max(this.#read, seq);
    this.wake();
  }

  /** Applies changes that concern the record alone. For the messenger's own bookkeeping. */
  touch(): void {
    this.#core.touch();
  }

  get #me(): string {
    return this.#world.self().person;
  }

  get #alive(): boolean {
    return ['active', 'joining'].includes(this.held.state.phase);
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        while (!this.#closed && (await this.#step())) this.#failures = 0;
        this.#failures = 0;
        this.#world.storageFull(false);
      } catch (error) {
        if (!this.#closed) this.#failed(error);
      }
    }
    this.#running = null;
    if (!this.#closed && this.#again) this.wake();
  }

  /** One thing that is to be done. False: there is nothing now. */
  async #step(): Promise<boolean> {
    if (await this.#sync.step()) return true;
    const { state } = this.held;
    if (!this.#alive) return this.#farewell();
    if (!state.created) return this.#create();
    if (state.pending) return this.#sendCommit();
    if (state.batch.length > 0) return this.#sendBatch();
    if (await deliver(this.#core)) return true;
    if (await this.#settle()) return true;
    if (await this.#stage()) return true;
    if (state.phase !== 'active') return false;
    const next = await sealNext(this.#core, this.#read);
    if (next.dueIn !== null) this.#wakeIn(next.dueIn);
    return next.sealed;
  }

  async #sendBatch(): Promise<boolean> {
    const { sent, refused } = await sendBatch(this.#core);
    this.#sync.feed(sent);
    if (refused) return this.#catchUp(refused);
    return true;
  }

  async #sendCommit(): Promise<boolean> {
    const { pending } = this.held.state;
    if (!pending) return true;
    const { entry, turn } = commitRequest(pending);
    try {
      const { seq } = await this.#log.commit(entry, turn);
      this.#sync.feed([{ seq, kind: ENTRY_KINDS.commit, ...entry, turn }]);
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.retriable) throw error;
      await this.#core.save(dropPending(this.held));
      const { clock, random } = this.#world;
      this.#commitNotBefore = clock.now() + fraction(random) * JITTER;
      if (this.#committing) this.#intents.unshift(this.#committing);
      this.#committing = null;
      return this.#catchUp(error);
    }
  }

  /** The log did not take what we made: others were first. Reads on. @throws the refusal, if there is nothing new */
  async #catchUp(refusal: ProtocolError): Promise<boolean> {
    const { cursor } = this.held.state;
    if (this.#sync.behind) return true;
    const { entries } = await this.#log.read(cursor + 1, 100_000);
    this.#sync.feed(entries);
    if (!this.#sync.behind) throw refusal;
    return true;
  }

  async #stage(): Promise<boolean> {
    const now = this.#world.clock.now();
    if (this.#commitNotBefore > now) {
      if (this.#intents.length > 0 || this.held.state.phase === 'joining') {
        this.#wakeIn(this.#commitNotBefore - now);
      }
      return false;
    }
    const intent = this.held.state.phase === 'joining' ? this.#join() : this.#intents.shift();
    if (intent) return this.#stageIntent(intent);
    const duty = this.#dutyDue(now);
    if (!duty) return false;
    this.#noticed.delete(duty.name);
    return this.#stageIntent({ build: async () => duty.change, settle() {} });
  }

  async #stageIntent(intent: Intent): Promise<boolean> {
    const { engine, random } = this.#world;
    try {
      const change = await intent.build(this.held);
      if (!change) {
        intent.settle(null);
        return true;
      }
      const next = await stageCommit(engine, this.held, random(16), change);
      await this.#core.save(next, change.saved ?? []);
      this.#committing = intent;
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) {
        this.#intents.unshift(intent);
        throw error;
      }
      intent.settle(error);
      return true;
    }
  }

  #join(): Intent {
    const { engine, clock } = this.#world;
    return joinAsDevice(engine, this.#world.self(), () => clock.now());
  }

  #dutyDue(now: number): Duty | undefined {
    const owed = duties(this.held, this.#me, now, this.#spread);
    const names = new Set(owed.map(({ name }) => name));
    for (const name of this.#noticed.keys()) if (!names.has(name)) this.#noticed.delete(name);
    for (const duty of owed) {
      const since = this.#noticed.get(duty.name) ?? now;
      this.#noticed.set(duty.name, since);
      if (since + duty.wait <= now) return duty;
      this.#wakeIn(since + duty.wait - now);
    }
    return undefined;
  }

  /** A conversation made here comes to be on the server. */
  async #create(): Promise<boolean> {
    const { group, state } = this.held;
    const { allowance } = this.#world.server();
    const hash = await capabilityHash(group);
    await this.#world.connection.call({ op: 'create', log: state.log, kind: 0, hash, allowance });
    await this.#core.save({ ...this.held, state: { ...this.held.state, created: true } });
    this.#watch();
    return true;
  }

  /** What a newcomer owes once in: the contact token is made known, the profile said, the blob dropped. */
  async #settle(): Promise<boolean> {
    const { state } = this.held;
    if (state.phase !== 'active') return false;
    if (!state.stocked) {
      await this.#world.openInbox(state.token);
      await this.#core.save({ ...this.held, state: { ...this.held.state, stocked: true } });
      return true;
    }
    const { name } = this.#world.self();
    this.#said ??= findPerson(state, this.#me)?.name ?? '';
    if (!state.introduced || this.#said !== name) {
      const card = await this.#world.card(state.token);
      const content = encodeContent({ kind: 'profile', name, card });
      const at = this.#world.clock.now();
      const row = await this.#core.outbox.push({ id: this.#world.random(16), at, content });
      const after = { ...this.held, state: { ...this.held.state, introduced: true } };
      await this.#core.save(after, [row]);
      this.#said = name;
      return true;
    }
    if (state.invite) {
      await dropPackage(this.#world.connection, state.invite);
      await this.#core.save({ ...this.held, state: { ...this.held.state, invite: null } });
      return true;
    }
    return false;
  }

  /** The chat is over for us: nothing is sent any more. */
  #farewell(): boolean {
    this.#unwatch?.();
    this.#unwatch = null;
    this.signals.close();
    this.#settleCommitting(new Problem('not-a-member'));
    for (const intent of this.#intents.splice(0)) intent.settle(new Problem('not-a-member'));
    return false;
  }

  #settleCommitting(error: Problem | null): void {
    this.#committing?.settle(error);
    this.#committing = null;
  }

  #failed(error: unknown): void {
    const wait = Math.min(RETRY.most, RETRY.least * 2 ** this.#failures++);
    if (error instanceof StoreError) {
      if (error.code === 'full') this.#world.storageFull(true);
      else this.#world.log(`a conversation could not be stored: ${error.code}`);
    } else if (error instanceof ProtocolError) {
      this.#wakeIn(Math.max(wait, error.retryAfter));
      return;
    } else {
      this.#world.log(`a step of a conversation failed: ${nameOf(error)}`);
    }
    this.#wakeIn(wait);
  }

  /** Wakes at the soonest of the times asked for. */
  #wakeIn(ms: number): void {
    const { clock } = this.#world;
    const at = clock.now() + Math.max(1, ms);
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const wait = Math.min(at - clock.now(), LONGEST_TIMER);
    this.#timer = { at, cancel: clock.setTimeout(() => this.wake(), wait) };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message}` : 'unknown';
}
