/**
 * A client of the log that follows, writes and commits, and keeps a record of all it heard and was told.
 * The body of a Commit holds the next epoch's secret, as MLS would give it to members.
 */

import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, NewEntry, Turn } from '@polynya/protocol/requests';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import type { Clock } from '@polynya/reach/clock';
import { hashOf, id, secret } from './ids.ts';

/** More refusals than races can explain (count). */
const MOST_REFUSED = 200;

/** An entry and the seq that the server acknowledged it with. */
export interface Told {
  readonly entry: NewEntry;
  readonly seq: number;
}

export interface Pace {
  /** The longest pause between two things that a member does, in virtual ms. */
  readonly pace: number;
  readonly clock: Clock;
  readonly random: () => number;
}

export class CarriedMember {
  /** All that the watch gave, in the order given. */
  readonly heard: Entry[] = [];
  readonly appended: Told[] = [];
  readonly committed: (Told & { readonly turn: Turn })[] = [];
  /** What the server refused: it promised that nothing was changed. */
  readonly refused: NewEntry[] = [];
  /** What it heard and no log may say, as soon as it hears it. */
  fault: string | undefined;
  readonly #log: LogHandle;
  readonly #world: Pace;
  #epoch = 0;
  #moved: () => void = () => undefined;

  constructor(log: LogHandle, world: Pace, follows = true) {
    this.#log = log;
    this.#world = world;
    log.watch({ entries: (batch) => this.#take(batch, follows) }, 1);
  }

  /** Appends so many batches; those that a Commit overtook are made anew, as members do. */
  async write(batches: number, size: number): Promise<void> {
    for (let done = 0; done < batches; ) {
      await this.#pause();
      const entries = Array.from({ length: 1 + Math.floor(this.#world.random() * size) }, () =>
        this.#entry(secret()),
      );
      const seqs = await this.#definite(() => this.#log.append(entries));
      if (!seqs) this.refused.push(...entries);
      else {
        this.appended.push(...entries.map((entry, i) => ({ entry, seq: seqs.seqs[i] ?? 0 })));
        done++;
      }
    }
  }

  /** Commits until so many were accepted; who comes second waits for the winner's, as members do. */
  async turn(times: number): Promise<void> {
    while (this.committed.length < times) {
      await this.#pause();
      const next = secret();
      const entry = this.#entry(next);
      const turn = { closes: this.#world.random() < 0.4, next: hashOf(next) };
      const answer = await this.#definite(() => this.#log.commit(entry, turn));
      if (answer) this.committed.push({ entry, seq: answer.seq, turn });
      else this.refused.push(entry);
      while (this.#epoch <= entry.epoch) await new Promise<void>((go) => (this.#moved = go));
    }
  }

  async #take(batch: readonly Entry[], follows: boolean): Promise<void> {
    for (const entry of batch) {
      if (entry.seq !== this.heard.length + 1) this.fault ??= `a gap before ${entry.seq}`;
      this.heard.push(entry);
    }
    for (const { seq, epoch, turn, body } of batch) {
      if (!turn || !follows) continue;
      if (epoch !== this.#epoch) this.fault ??= `${seq} is another Commit of epoch ${epoch}`;
      this.#epoch = epoch + 1;
      this.#log.setSecret(body);
      this.#moved();
    }
    await this.#pause();
  }

  #entry(body: Uint8Array): NewEntry {
    return { id: id(), epoch: this.#epoch, body };
  }

  /** The answer, or undefined where the server said that another Commit was first. */
  async #definite<T>(ask: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        // Patience is at its end, which says nothing about what the server did.
        if (error.retriable) {
          await this.#pause();
          continue;
        }
        if (error.code !== 'stale' && error.code !== 'forbidden') throw error;
        // Or it would go on until somebody's patience is at its end, and nobody could say why.
        if (this.refused.length > MOST_REFUSED)
          throw new Error('refused for ever', { cause: error });
        return undefined;
      }
    }
  }

  #pause(): Promise<void> {
    const { clock, random, pace } = this.#world;
    return new Promise((resolve) => void clock.setTimeout(resolve, random() * pace));
  }
}
