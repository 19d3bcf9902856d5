/**
 * Whether a line lives over which sips go: what came last, and what was lost since, at which hosts. Long pieces that are
 * lost show nothing, for they may freeze by their length, and neither does what left before the last answer came. No time
 * of day is asked for, which somebody may set.
 */
import type { Slots } from './slots.ts';

/** Short sips lost since one was answered, after which the line may be dead (count): where one host alone had lived, each tells less. */
const LOST = { usual: 2, alone: 3 };

export class SignsOfLife {
  readonly #endpoints: readonly string[];
  readonly #slots: Slots;
  #answers = 0;
  /** Endpoints that worked when the last answer came; null before there was one. */
  #lived: ReadonlySet<string> | null = null;
  #isDoubtful = false;
  /** Endpoints at which something was lost since. */
  readonly #lostAt = new Set<string>();
  #lost = 0;

  constructor(endpoints: readonly string[], slots: Slots) {
    this.#endpoints = endpoints;
    this.#slots = slots;
  }

  /** How many have come: by this sips know what came before they left and what after. */
  get answers(): number {
    return this.#answers;
  }

  /** Whether pieces stood still and nothing came since: it may be dead, or freeze what passed before. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** An answer came, after its endpoint was said to work. */
  heard(): void {
    this.#answers++;
    this.#lived = this.#slots.working();
    this.#isDoubtful = false;
    this.#lostAt.clear();
    this.#lost = 0;
  }

  /** A piece stands still that left after so many answers. Whether nothing at all came meanwhile. */
  stoodStill(leftAfter: number): boolean {
    this.#isDoubtful ||= this.#answers === leftAfter;
    return this.#isDoubtful;
  }

  /**
   * A sip was lost. Whether the line is dead.
   * @param leftAfter how many answers had come when it left @param tells whether it was short, and nothing came in its place
   */
  lost(endpoint: string, leftAfter: number, tells: boolean): boolean {
    if (leftAfter < this.#answers) return false;
    this.#lostAt.add(endpoint);
    const lived = (one: string) => this.#lived?.has(one) ?? true;
    if (tells && lived(endpoint)) this.#lost++;
    const most = this.#endpoints.filter(lived).length > 1 ? LOST.usual : LOST.alone;
    const enough = this.#answers === 0 || this.#lost >= most;
    const rest = this.#endpoints.filter((one) => !this.#lostAt.has(one));
    if (enough && rest.length === 0) return true;
    // Nothing is waited for that could show more: hosts that failed before, or all of them once more.
    if (enough || rest.length === 0) this.#slots.forgive(rest);
    return false;
  }
}
