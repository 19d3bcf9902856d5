/**
 * Own Commits of one conversation, one at a time: what is asked for and what is owed is staged, stored, sent, and
 * staged anew when another member's Commit came first. Steps are called by the conversation's actor alone.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { ENTRY_KINDS, type Entry } from '@polynya/protocol/requests';
import { fraction } from '@polynya/reach/clock';
import { Problem } from '../api.ts';
import {
  type CommitChange,
  commitRequest,
  type Intent,
  mergeChanges,
  stageCommit,
} from './commits.ts';
import type { Core } from './core.ts';
import { type Duty, duties } from './duties.ts';
import type { Held } from './held.ts';
import { joinAsDevice } from './joining.ts';
import { BEHIND, problemOf } from './sending.ts';

/** ms to wait, at random up to this, before a Commit that lost its race is made again. */
const JITTER = 1_500;
/** ms to wait at least, and at most, where the log refuses again although no other Commit came. */
const REFUSED = { least: 1_000, most: 60_000 };
/** ms to wait after a duty that could not be done. */
const PAUSE = 60_000;

export class Committer {
  readonly #core: Core;
  /** This device's own, from 0 up to 1: spreads what all members would do at once. */
  readonly #spread: number;
  #intents: Intent[] = [];
  /** Those whose Commit is pending. */
  #committing: Intent[] = [];
  /** When duties were first seen (ms), so that each waits its time from then. */
  readonly #noticed = new Map<string, number>();
  /** ms */
  #notBefore = 0;
  /** ms: of duties alone. What a person asks for does not wait for what could not be done. */
  #pausedUntil = 0;
  /** The last refusal: how many of them in one epoch. */
  #refused: { readonly epoch: number; readonly times: number } | null = null;
  #limited = false;

  constructor(core: Core) {
    this.#core = core;
    this.#spread = fraction(core.world.random);
  }

  ask(intent: Intent): void {
    this.#intents.push(intent);
  }

  withdraw(intent: Intent): void {
    this.#intents = this.#intents.filter((other) => other !== intent);
    this.#committing = this.#committing.filter((other) => other !== intent);
  }

  /** The log refused the last Commit because there were too many. */
  get limited(): boolean {
    return this.#limited;
  }

  /** The pending Commit was met in the log. */
  met(): void {
    this.#refused = null;
    this.#limited = false;
    for (const intent of this.#committing.splice(0)) intent.settle(null);
  }

  /** Nothing more will be committed. */
  end(problem: Problem): void {
    for (const intent of [...this.#committing.splice(0), ...this.#intents.splice(0)]) {
      intent.settle(problem);
    }
  }

  /**
   * Sends the pending Commit. What the log refuses stays pending, and is sent again as it is until the epoch goes
   * on: another one of this epoch would be sealed under the same key.
   * @returns the entry that the log has now, or its refusal; ms to wait if it is not time
   * @throws ProtocolError: it was not asked
   */
  async send(): Promise<Entry | ProtocolError | number> {
    const { held, log, world } = this.#core;
    if (!held.state.pending) return Number.POSITIVE_INFINITY;
    const wait = this.#notBefore - world.clock.now();
    if (wait > 0) return wait;
    const { entry, turn } = commitRequest(held.state.pending);
    try {
      const { seq } = await log.commit(entry, turn, { patience: 0 });
      return { seq, kind: ENTRY_KINDS.commit, ...entry, turn };
    } catch (error) {
      const refused = error instanceof ProtocolError && (!error.retriable || error.code === 'rate');
      if (!refused) throw error;
      this.#limited = error.code === 'rate';
      if (!this.#limited && !BEHIND.includes(error.code)) this.#giveUp(error);
      const pause = Math.max(error.retryAfter, this.#backOff(held.group.epoch));
      this.#notBefore = world.clock.now() + pause + fraction(world.random) * JITTER;
      return error;
    }
  }

  /** Stages the next Commit, if one is due. @returns whether something was done, else ms until something is due */
  async stage(): Promise<true | number> {
    const { held, world, chat } = this.#core;
    const { state } = held;
    const now = world.clock.now();
    if (world.request(chat)) return Number.POSITIVE_INFINITY;
    // Nothing is pending: what was staged gave way to another's Commit.
    this.#intents.unshift(...this.#committing.splice(0));
    if (this.#notBefore > now) return this.#notBefore - now;
    if (state.phase === 'joining') return this.#stageTogether([this.#join(now)]);
    if (this.#intents.length > 0) return this.#stageTogether(this.#intents.splice(0));
    const next = this.#nextDuty(now);
    if (!next) return Number.POSITIVE_INFINITY;
    const due = Math.max(next.at, this.#pausedUntil);
    if (due > now) return due - now;
    this.#noticed.delete(next.duty.name);
    const settle = (error: Error | null) => {
      if (error) this.#pausedUntil = now + PAUSE;
    };
    // Staged anew in a later epoch, it may be done already, and its leaves may be others'.
    const build: Intent['build'] = async (held) =>
      this.#owed(held, now).find(({ name }) => name === next.duty.name)?.change ?? null;
    return this.#stageTogether([{ build, settle }]);
  }

  /** Whoever asked for it need not wait for what the log will hardly take. */
  #giveUp({ code }: ProtocolError): void {
    for (const intent of this.#committing.splice(0)) intent.settle(new Problem(problemOf(code)));
  }

  /** ms: who loses to others tries again soon; whom the log refuses for no reason that it shows, ever later. */
  #backOff(epoch: number): number {
    const times = this.#refused?.epoch === epoch ? this.#refused.times + 1 : 0;
    this.#refused = { epoch, times };
    return times === 0 ? 0 : Math.min(REFUSED.most, REFUSED.least * 2 ** times);
  }

  /** What waits goes into one Commit, as far as it can: a log takes only so many of them. */
  async #stageTogether(intents: readonly Intent[]): Promise<true> {
    const { held, world } = this.#core;
    let merged: CommitChange | null = null;
    let next: Held | null = null;
    const staged: Intent[] = [];
    for (const [at, intent] of intents.entries()) {
      try {
        const change = await intent.build(held);
        if (!change) {
          intent.settle(null);
          continue;
        }
        const together: CommitChange = merged ? mergeChanges(merged, change) : change;
        next = await stageCommit(world.engine, held, world.random(16), together);
        merged = together;
        staged.push(intent);
      } catch (error) {
        const alone = staged.length === 0;
        if (alone && error instanceof Problem) {
          intent.settle(error);
          continue;
        }
        // Not together with those before it: its own turn shows what is wrong with it.
        this.#intents.unshift(...intents.slice(at));
        if (alone) throw error;
        break;
      }
    }
    if (next && merged) {
      this.#committing = staged;
      await this.#save(next, merged, staged);
    }
    return true;
  }

  async #save(next: Held, change: CommitChange, staged: readonly Intent[]): Promise<void> {
    try {
      await this.#core.save(next, change.saved ?? []);
    } catch (error) {
      this.#committing = [];
      this.#intents.unshift(...staged);
      throw error;
    }
  }

  /** A group that is full has room again once others who join have removed their seats. */
  #join(now: number): Intent {
    const { engine, clock, random, self } = this.#core.world;
    const build = joinAsDevice(engine, self(), () => clock.now());
    const settle = (error: Error | null) => {
      if (error) this.#notBefore = now + (1 + fraction(random)) * JITTER;
    };
    return { build, settle };
  }

  #owed(held: Held, now: number): Duty[] {
    return duties(held, this.#core.world.self().person, now, this.#spread);
  }

  #nextDuty(now: number): { readonly duty: Duty; readonly at: number } | undefined {
    const owed = this.#owed(this.#core.held, now);
    const names = new Set(owed.map(({ name }) => name));
    for (const name of this.#noticed.keys()) if (!names.has(name)) this.#noticed.delete(name);
    const timed = owed.map((duty) => {
      const since = this.#noticed.get(duty.name) ?? now;
      this.#noticed.set(duty.name, since);
      return { duty, at: since + duty.wait };
    });
    return timed.sort((a, b) => a.at - b.at)[0];
  }
}
