/** Reading the log: what was pushed and what is missing, in order, chunk by chunk, each chunk stored at once. */
import type { Entry as MlsEntry } from '@polynya/mls/engine';
import { toHex } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { ENTRY_KINDS, type Entry } from '@polynya/protocol/requests';
import type { PersonId } from '../api.ts';
import { HANDOVER_PHASE, handoverGone, handoverSaved, loadHandovers } from '../invite/handover.ts';
import { encodeWelcomePackage } from '../invite/sealed-blob.ts';
import { repair } from '../recovery/later.ts';
import type { Change } from '../store/store.ts';
import type { Arrived, Happened } from '../timeline/arrived.ts';
import { aboutOf } from './about.ts';
import { type Advanced, advance, asSealed, type Surroundings } from './advance.ts';
import { isWritten } from './contents.ts';
import type { Core } from './core.ts';
import type { Held } from './held.ts';
import { placed } from './places.ts';
import { leavesOf } from './roster.ts';
import type { PendingCommit } from './state.ts';

/** Entries taken in at once, and stored at once. */
const CHUNK = 64;
const READ_BYTES = 100_000;
/** Invites that somebody may still come by. */
const WAITING: readonly number[] = [HANDOVER_PHASE.made, HANDOVER_PHASE.ready];
/** Entries that came before those in front of them, kept so that they need not be read again. */
const AHEAD = 1_024;
/** ms by which a sender's clock may be ahead of the server's and be believed. */
const CLOCKS_DIFFER = 5 * 60_000;

export class Sync {
  readonly #core: Core;
  readonly #ahead = new Map<number, Entry>();
  /** Called after every own Commit that was met. */
  readonly #committed: (pending: PendingCommit) => void;
  /** Called with the sender of every message taken in. */
  readonly #arrived: (sender: PersonId) => void;
  #head = 0;
  #waiting: { readonly seq: number; readonly done: () => void }[] = [];

  constructor(
    core: Core,
    told: { committed: (pending: PendingCommit) => void; arrived: (sender: PersonId) => void },
  ) {
    this.#core = core;
    this.#committed = told.committed;
    this.#arrived = told.arrived;
  }

  /** The log reaches that far. */
  reach(head: number): void {
    this.#head = Math.max(this.#head, head);
  }

  /** Entries that came by any way, in any order, perhaps again. */
  feed(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.reach(entry.seq);
      if (entry.seq > this.#core.held.state.cursor && this.#ahead.size < AHEAD) {
        this.#ahead.set(entry.seq, entry);
      }
    }
  }

  /** As `feed`; settles once they are taken in, so that no more come than can be. */
  fed(entries: readonly Entry[]): Promise<void> {
    this.feed(entries);
    const seq = entries.at(-1)?.seq ?? 0;
    return new Promise((done) => {
      this.#waiting.push({ seq, done });
      this.#release();
    });
  }

  get behind(): boolean {
    return this.#head > this.#core.held.state.cursor;
  }

  /** Takes in the next chunk. False: there is none. @throws ProtocolError, StoreError */
  async step(): Promise<boolean> {
    if (!this.behind || this.#core.held.state.phase === 'stopped') return false;
    const { cursor } = this.#core.held.state;
    if (!this.#ahead.has(cursor + 1)) {
      const answer = await this.#core.log.read(cursor + 1, READ_BYTES);
      this.reach(answer.head);
      if (answer.first > cursor + 1) return this.#lost();
      this.feed(answer.entries);
      if (!this.#ahead.has(cursor + 1))
        throw new ProtocolError('busy', 'the log shows nothing new');
    }
    await this.#take();
    return true;
  }

  #release(): void {
    const { cursor } = this.#core.held.state;
    const over = this.#head <= cursor;
    for (const { seq, done } of this.#waiting) if (over || seq <= cursor) done();
    this.#waiting = this.#waiting.filter(({ seq }) => !over && seq > cursor);
  }

  async #take(): Promise<void> {
    const { world, chat } = this.#core;
    const around: Surroundings = {
      chat,
      me: world.self().person,
      device: world.self().device.publicKey,
      now: world.clock.now(),
      latest: world.serverNow() + CLOCKS_DIFFER,
      adopt: (held) => adopt(this.#core, held),
      blocked: (person) => world.blocked(person),
    };
    const taken: Advanced[] = [];
    let held = this.#core.held;
    readAhead(held, this.#ahead);
    for (let seq = held.state.cursor + 1; taken.length < CHUNK; seq++) {
      const entry = this.#ahead.get(seq);
      if (!entry) break;
      const one = await advance(held, entry, around);
      taken.push(one);
      held = one.held;
      if (one.turned || one.committed || held.state.phase === 'stopped') break;
    }
    const met = await this.#unwrapped(taken.flatMap((one) => one.shown));
    held = withWritten(held, met);
    const shown = met.map((one) => placed(one, held.state.base));
    const committed = taken.at(-1)?.committed ?? null;
    const others = [
      ...taken.flatMap(({ met }) => met).flatMap(({ row }) => (row ? [deleted(row)] : [])),
      ...taken.flatMap(({ again }) =>
        again ? [this.#core.outbox.again(again, world.random(16))] : [],
      ),
      ...taken.flatMap(({ displaced }) => (displaced?.row ? [deleted(displaced.row)] : [])),
      ...(await this.#handovers(held, committed)),
      ...(await world.told(
        this.#core.chat,
        taken.flatMap(({ told }) => told ?? []),
      )),
    ];
    const { timeline } = world;
    await this.#core.saveWithTimeline(held, async () =>
      shown.length > 0 ? [...others, ...(await timeline.arrived(shown))] : others,
    );
    for (const { displaced } of taken) if (displaced?.row) await this.#failed(displaced.id);
    for (const seq of [...this.#ahead.keys()]) {
      if (seq <= held.state.cursor) this.#ahead.delete(seq);
    }
    if (['stopped', 'left', 'removed'].includes(held.state.phase)) this.#head = held.state.cursor;
    this.#release();
    for (const one of shown) if ('content' in one) this.#arrived(one.sender);
    if (committed) this.#committed(committed);
    if (taken.some(({ turned, told }) => turned || told)) world.devicesChanged(this.#core.chat);
  }

  /** What members handed in for others is what those said; what they handed on of servers is nothing to show. */
  async #unwrapped(shown: readonly (Arrived | Happened)[]) {
    const handed = shown.some(
      (one) => 'content' in one && ['carried', 'record'].includes(one.content.kind),
    );
    return handed ? (await import('../carry/handed-in.ts')).handedIn(this.#core, shown) : shown;
  }

  /** Nobody will get this message: who wrote it sees that, and can say it again. */
  #failed(id: Uint8Array): Promise<void> {
    const { world, chat } = this.#core;
    const { timeline, store } = world;
    return timeline.locked(chat, async () =>
      store.apply(await timeline.state(chat, toHex(id), 'failed', 'failed')),
    );
  }

  /** Those of the own Commit get their packages; whose seat is used is done, whose seat went unused is taken back. */
  async #handovers(held: Held, committed: PendingCommit | null): Promise<Change[]> {
    const { world, chat } = this.#core;
    if (held.group.epoch === this.#core.held.group.epoch) return [];
    const { state, group } = held;
    const standing = held.group.active ? leavesOf(group) : [];
    const changes: Change[] = [];
    for (const handover of await loadHandovers(world.store, chat)) {
      const isOurs = committed?.handovers.some((id) => toHex(id) === toHex(handover.id));
      if (isOurs && committed?.welcome) {
        const encoded = encodeWelcomePackage({
          welcome: committed.welcome,
          log: state.log,
          seq: state.cursor,
          hash: state.hash,
          about: aboutOf(state, world.self()),
          credential: handover.seat?.credential ?? null,
          missed:
            handover.missed === null
              ? []
              : await (await repair()).missedFor(
                  world.store,
                  chat,
                  state,
                  handover,
                  world.self().person,
                ),
        });
        const phase = HANDOVER_PHASE.made;
        changes.push(handoverSaved(chat, { ...handover, phase, package: encoded }));
      } else if (handover.seat && WAITING.includes(handover.phase)) {
        const key = toHex(handover.seat.signatureKey);
        const seat = standing.find((leaf) => toHex(leaf.signatureKey) === key);
        const used = seat && state.cameBy.some(({ leaf }) => leaf === seat.leaf);
        const withdrawn = { ...handover, phase: HANDOVER_PHASE.withdrawn, package: null };
        if (used) changes.push(handoverGone(chat, handover));
        else if (!seat) changes.push(handoverSaved(chat, withdrawn));
      }
    }
    return changes;
  }

  /** Entries that we never read are gone by retention: Commits among them, so the keys are lost. */
  async #lost(): Promise<boolean> {
    const { held } = this.#core;
    this.#head = held.state.cursor;
    this.#release();
    await this.#core.save({
      ...held,
      state: { ...held.state, phase: 'stopped', trouble: 'lost-state' },
    });
    return true;
  }
}

/** Signatures are verified side by side, as far as this epoch goes. */
function readAhead({ state, group, seat }: Held, ahead: ReadonlyMap<number, Entry>): void {
  const [late, early]: [MlsEntry[], MlsEntry[]] = [[], []];
  for (let seq = state.cursor + 1; late.length + early.length < CHUNK; seq++) {
    const entry = ahead.get(seq);
    if (entry?.kind !== ENTRY_KINDS.message) break;
    (entry.epoch < state.firstEpoch ? early : late).push(asSealed(entry));
  }
  group.readAhead(late);
  seat?.readAhead(early);
}

async function adopt({ world }: Core, { state, staged }: Held) {
  const { pending } = state;
  if (!pending || !staged) throw new Error('nothing is pending');
  if (!pending.own || !pending.welcome) return staged;
  return world.engine.join(pending.welcome, pending.own);
}

/** What others wrote is what receipts are for. */
function withWritten(held: Held, shown: readonly (Arrived | Happened)[]): Held {
  const written = shown.filter((one) => 'content' in one && !one.mine && isWritten(one.content));
  const last = written.at(-1)?.seq;
  if (last === undefined) return held;
  const seen = { ...held.state.seen, delivered: last };
  return { ...held, state: { ...held.state, seen } };
}

function deleted(key: string): Change {
  return { table: 'outbox', key, value: null };
}
