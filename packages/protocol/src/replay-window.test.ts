import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplayWindow } from './replay-window.ts';

/** The rule itself: everything ever seen, and the highest of it. */
class NaiveWindow {
  readonly #seen = new Set<number>();
  #highest = -1;

  accept(seq: number): boolean {
    if (this.#seen.has(seq) || seq <= this.#highest - 1_024) return false;
    this.#seen.add(seq);
    this.#highest = Math.max(this.#highest, seq);
    return true;
  }
}

describe('ReplayWindow', () => {
  it('takes each number once', () => {
    const window = new ReplayWindow();
    expect([0, 1, 1, 0, 3, 2, 3].map((seq) => window.accept(seq))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it('takes what is 1,023 below the highest and not what is 1,024 below', () => {
    const window = new ReplayWindow();
    window.accept(5_000);
    expect(window.accept(5_000 - 1_024)).toBe(false);
    expect(window.accept(5_000 - 1_023)).toBe(true);
  });

  it('forgets nothing within the window after a jump, and holds no old marks', () => {
    const window = new ReplayWindow();
    for (let seq = 0; seq < 1_024; seq++) window.accept(seq);
    expect(window.accept(1_500)).toBe(true);
    expect(window.accept(1_023)).toBe(false);
    expect(window.accept(1_024)).toBe(true);
    expect(window.accept(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(window.accept(Number.MAX_SAFE_INTEGER - 1_023)).toBe(true);
    expect(window.accept(Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it('takes nothing but unsigned safe integers', () => {
    const window = new ReplayWindow();
    for (const seq of [-1, 0.5, Number.NaN, 2 ** 53]) expect(window.accept(seq)).toBe(false);
    expect(window.accept(0)).toBe(true);
  });

  it('is the rule, for any order of numbers', () => {
    const near = fc.integer({ min: -1_200, max: 1_200 });
    const far = fc.integer({ min: -5_000, max: 100_000 });
    const steps = fc.array(
      fc.oneof({ arbitrary: near, weight: 9 }, { arbitrary: far, weight: 1 }),
      {
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(fc.nat({ max: 3_000 }), steps, (first, jumps) => {
        const window = new ReplayWindow();
        const naive = new NaiveWindow();
        let seq = first;
        for (const jump of jumps) {
          expect(window.accept(seq)).toBe(naive.accept(seq));
          seq = Math.max(0, seq + jump);
        }
      }),
    );
  });
});
