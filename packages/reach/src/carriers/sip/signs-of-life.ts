/**
 * Whether a line lives over which sips go: what came last, and what was lost since, at which hosts. Long pieces that are
 * lost show nothing, for they may freeze by their length, and neither does what left before the last answer came.
 */
import type { Clock } from '../../clock.ts';
import type { Slots } from './slots.ts';

/** Short sips lost since one was answered, after which the line may be dead (count): where one host alone had lived, each tells less. */
const LOST = { usual: 2, alone: 3 };

export class SignsOfLife {
  readonly #endpoints: readonly string[];
  readonly #slots: Slots;
  readonly #clock: Clock;
  /** When an answer came last, in ms since 1970. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #isDoubtful = false;
  /** Endpoints at which something was lost since. */
  readonly #lostAt = new Set<string>();
  #lost = 0;

  constructor(endpoints: readonly string[], slots: Slots, clock: Clock) {
    this.#endpoints = endpoints;
    this.#slots = slots;
    this.#clock = clock;
  }

  /** Whether pieces stood still and nothing came since: it may be dead, or freeze what passed before. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** An answer came. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#isDoubtful = false;
    this.#lostAt.clear();
    this.#lost = 0;
  }

  /** A piece stands still that left then, in ms since 1970. Whether nothing at all came meanwhile. */
  stoodStill(leftAt: number): boolean {
    this.#isDoubtful ||= this.#heardAt <= leftAt;
    return this.#isDoubtful;
  }

  /**
   * A sip was lost. Whether the line is dead.
   * @param leftAt when it left, in ms since 1970 @param tells whether it was short, and nothing came in its place
   */
  lost(endpoint: string, leftAt: number, tells: boolean): boolean {
    if (leftAt < this.#heardAt) return false;
    this.#lostAt.add(endpoint);
    const lived = (one: string) => this.#slots.lived(one, this.#heardAt);
    if (tells && lived(endpoint)) this.#lost++;
    const most = this.#endpoints.filter(lived).length > 1 ? LOST.usual : LOST.alone;
    const never = this.#heardAt === Number.NEGATIVE_INFINITY;
    const enough = never || this.#lost >= most;
    const rest = this.#endpoints.filter((one) => !this.#lostAt.has(one));
    if (enough && rest.length === 0) return true;
    // Nothing is waited for that could show more: hosts that failed before, or all of them once more.
    if (enough || rest.length === 0) this.#slots.forgive(rest);
    return false;
  }
}
