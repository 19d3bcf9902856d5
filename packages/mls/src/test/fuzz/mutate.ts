/** Seeded damage to bytes: the same seed gives the same inputs, so that a failure can be repeated. */

/** Numbers from 0 to below 2^32 (xorshift32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  /** From 0 to below `bound`. */
  below(bound: number): number {
    return this.next() % bound;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.next() & 0xff);
  }
}

/** Heads of vectors that promise much, are longer than needed, or are none (RFC 9420 section 2.1.2). */
const HEADS = [
  [0],
  [0x3f],
  [0x40, 0],
  [0x7f, 0xff],
  [0x80, 0, 0, 0],
  [0xbf, 0xff, 0xff, 0xff],
  [0xc0],
  [0xff],
];

type Damage = (dice: Dice, bytes: Uint8Array) => Uint8Array;

const overwrite: Damage = (dice, bytes) => {
  const copy = bytes.slice();
  for (let left = 1 + dice.below(3); left > 0; left--) copy[dice.below(copy.length)] = dice.next();
  return copy;
};

const DAMAGES: readonly Damage[] = [
  overwrite,
  overwrite,
  (dice, bytes) => {
    const copy = bytes.slice();
    const at = dice.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
    return copy;
  },
  // Types and lengths stand in front: hit those more often than chance would.
  (dice, bytes) => {
    const copy = bytes.slice();
    copy[dice.below(Math.min(64, copy.length))] = dice.next();
    return copy;
  },
  (dice, bytes) => {
    const copy = bytes.slice();
    const head = dice.pick(HEADS);
    copy.set(head.slice(0, copy.length), dice.below(Math.max(1, copy.length - head.length)));
    return copy;
  },
  (dice, bytes) => bytes.slice(0, dice.below(bytes.length)),
  (dice, bytes) => Uint8Array.of(...bytes, ...dice.bytes(1 + dice.below(8))),
  (dice, bytes) => {
    const [from, to] = [dice.below(bytes.length), dice.below(bytes.length)];
    return Uint8Array.of(...bytes.subarray(0, from), ...bytes.subarray(to));
  },
  (dice) => dice.bytes(dice.below(200)),
];

/** Another input than `original`, which is not empty. */
export function damaged(dice: Dice, original: Uint8Array): Uint8Array {
  for (;;) {
    const mutant = dice.pick(DAMAGES)(dice, original);
    if (Buffer.compare(mutant, original) !== 0) return mutant;
  }
}
