/** Numbers that are the same whenever the seed is (mulberry32, by Tommy Ettinger, public domain). */
export type Chance = () => number;

/** From 0 up to, not including, 1. */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Letters that nobody else will have said, `length` of them. */
export function letters(chance: Chance, length: number): string {
  return Array.from({ length }, () => Math.floor(chance() * 36).toString(36)).join('');
}
