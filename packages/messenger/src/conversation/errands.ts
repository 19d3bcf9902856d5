/**
 * What a conversation brings to the server beside its log (deliveries.ts): one thing at a time, while the actor goes
 * on to read and send. What cannot be done now is tried again later, ever more rarely.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { World } from './world.ts';

/** ms */
const RETRY = { least: 1_000, most: 60_000 };

/** Asks the server. What it resolves with is then done by the actor, between two steps. */
export type Errand = () => Promise<() => Promise<void>>;

export class Errands {
  readonly #world: Pick<World, 'clock' | 'log'>;
  /** Called when the actor has something to do here. */
  readonly #wake: () => void;
  #underWay = false;
  #outcome: (() => Promise<void>) | null = null;
  #failures = 0;
  #notBefore = 0;

  constructor(world: Pick<World, 'clock' | 'log'>, wake: () => void) {
    this.#world = world;
    this.#wake = wake;
  }

  /** @returns whether something was done, else ms until something is to be begun @throws StoreError */
  async step(next: () => Promise<Errand | null>): Promise<true | number> {
    if (this.#outcome) {
      await this.#outcome();
      this.#outcome = null;
      return true;
    }
    if (this.#underWay) return Number.POSITIVE_INFINITY;
    const wait = this.#notBefore - this.#world.clock.now();
    if (wait > 0) return wait;
    const errand = await next();
    if (errand) void this.#run(errand);
    return Number.POSITIVE_INFINITY;
  }

  /** The line is there again: what failed may be tried at once. */
  hurry(): void {
    this.#notBefore = 0;
  }

  async #run(errand: Errand): Promise<void> {
    this.#underWay = true;
    try {
      this.#outcome = await errand();
      this.#failures = 0;
    } catch (error) {
      const wait = Math.min(RETRY.most, RETRY.least * 2 ** this.#failures++);
      const expected = error instanceof ProtocolError;
      if (!expected)
        this.#world.log(`a delivery failed: ${error instanceof Error ? error.name : ''}`);
      this.#notBefore = this.#world.clock.now() + Math.max(wait, expected ? error.retryAfter : 0);
    } finally {
      this.#underWay = false;
      this.#wake();
    }
  }
}
