/**
 * GHASH (NIST SP 800-38D section 6.4), as WebAssembly, in constant time: products in GF(2)[x] by integer
 * multiplications of numbers with holes, into which the carries run (T. Pornin, "Constant-time multiplications",
 * BearSSL), and the upper half of each product by multiplying both factors with their bits reversed.
 */
import { type Code, get, i32, i64, repeat, set, v128, type WasmFunction } from './wasm-module.ts';

/** Where in the memory are the hash's key H, and the hash: 16 bytes each. */
export const KEY_AT = 0;
export const HASH_AT = 16;

/** Bits 0, 4, 8 and so on; the other three masks are its shifts. */
const HOLES = 0x1111_1111_1111_1111n;
const MASKS = [0n, 1n, 2n, 3n].map((by) => i64.value(BigInt.asUintN(64, HOLES << by)));
/** The bytes of each half of a block the other way round, the halves exchanged. */
const REVERSED = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
/** The bytes of each half the other way round. */
const HALVES = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8];
/** For each nibble it with its bits reversed, as a lower and as an upper nibble. */
const NIBBLES = Array.from({ length: 16 }, (_, n) =>
  [0, 1, 2, 3].reduce((sum, bit) => sum | (((n >> bit) & 1) << (3 - bit)), 0),
);

// Locals. Parameters first: where the blocks begin and where they end.
const AT = 0;
const END = 1;
const BLOCK = 2;
const TURNED = 3;
/** The hash's halves, the lower first, as numbers; their sum; the three with their bits reversed. */
const Y = 4;
/** Six products. */
const Z = 10;
/** For each of six factors made of H four numbers with holes. */
const H = 16;
/** Of the other factor. */
const X = 40;
const V = 44;
const LOCALS = [
  ...(['v128', 'v128'] as const),
  ...Array.from({ length: V + 4 - Y }, () => 'i64' as const),
];

const sum = (first: Code, ...rest: readonly Code[]): Code => rest.reduce(i64.xor, first);

/** Splits `value` into four numbers, each with every fourth bit of it. */
const split = (value: Code, into: number): Code =>
  MASKS.flatMap((mask, i) => set(into + i, i64.and(value, mask)));

/** The lower half of the product of local `x` and the factor whose parts are at `h`. */
function product(x: number, h: number, into: number): Code {
  const parts = [0, 1, 2, 3].map((k) =>
    i64.and(
      sum(
        ...([0, 1, 2, 3].map((i) => i64.mul(get(X + i), get(h + ((k - i + 4) % 4)))) as [
          Code,
          ...Code[],
        ]),
      ),
      MASKS[k] ?? [],
    ),
  );
  return [...split(get(x), X), ...set(into, parts.reduce(i64.or))];
}

/** All bits of both halves of a block the other way round, for each half by itself if `order` is HALVES. */
function turned(block: Code, order: readonly number[]): Code {
  const low = v128.swizzle(
    v128.value(NIBBLES.map((nibble) => nibble << 4)),
    v128.and(get(TURNED), v128.value(Array.from({ length: 16 }, () => 15))),
  );
  const high = v128.swizzle(v128.value(NIBBLES), v128.shiftBytesRight(get(TURNED), 4));
  return [...set(TURNED, v128.shuffle(block, block, order)), ...v128.or(low, high)];
}

/** Two numbers into their sum and all three reversed: six locals from `into` on, of which two are set. */
const factors = (into: number): Code => [
  ...set(BLOCK, turned(v128.ofLanes(get(into), get(into + 1)), HALVES)),
  ...set(into + 2, i64.xor(get(into), get(into + 1))),
  ...set(into + 3, v128.lane(get(BLOCK), 0)),
  ...set(into + 4, v128.lane(get(BLOCK), 1)),
  ...set(into + 5, i64.xor(get(into + 3), get(into + 4))),
];

/** A block as two numbers, the lower half first. */
const numbers = (block: Code, into: number, add: boolean): Code => [
  ...set(BLOCK, v128.shuffle(block, block, REVERSED)),
  ...([0, 1] as const).flatMap((lane) => {
    const half = v128.lane(get(BLOCK), lane);
    return set(into + lane, add ? i64.xor(get(into + lane), half) : half);
  }),
];

/** Karatsuba's middle products without the outer ones, and the upper halves put right. */
const joined: Code = [
  ...set(Z + 2, sum(get(Z + 2), get(Z), get(Z + 1))),
  ...set(Z + 5, sum(get(Z + 5), get(Z + 3), get(Z + 4))),
  ...set(BLOCK, turned(v128.ofLanes(get(Z + 3), get(Z + 4)), HALVES)),
  ...set(Z + 3, i64.shiftRight(v128.lane(get(BLOCK), 0), 1)),
  ...set(Z + 4, i64.shiftRight(v128.lane(get(BLOCK), 1), 1)),
  ...set(BLOCK, turned(v128.ofLanes(get(Z + 5), get(Z + 5)), HALVES)),
  ...set(Z + 5, i64.shiftRight(v128.lane(get(BLOCK), 0), 1)),
];

/** 256 bits in four numbers, shifted by the one that GHASH's order of bits takes, modulo its polynomial. */
const reduced: Code = [
  ...set(V, get(Z)),
  ...set(V + 1, i64.xor(get(Z + 3), get(Z + 2))),
  ...set(V + 2, i64.xor(get(Z + 1), get(Z + 5))),
  ...set(V + 3, get(Z + 4)),
  ...[3, 2, 1].flatMap((i) =>
    set(V + i, i64.or(i64.shiftLeft(get(V + i), 1), i64.shiftRight(get(V + i - 1), 63))),
  ),
  ...set(V, i64.shiftLeft(get(V), 1)),
  ...[0, 1].flatMap((i) => {
    const v = get(V + i);
    const right = [1, 2, 7].map((by) => i64.shiftRight(v, by));
    const left = [63, 62, 57].map((by) => i64.shiftLeft(v, by));
    return [
      ...set(V + i + 2, sum(get(V + i + 2), v, ...right)),
      ...set(V + i + 1, sum(get(V + i + 1), ...left)),
    ];
  }),
  ...set(Y, get(V + 2)),
  ...set(Y + 1, get(V + 3)),
];

/** `ghash(from, to)`: the hash of the blocks in between under the key at `KEY_AT` is at `HASH_AT` then. */
export const ghash: WasmFunction = {
  name: 'ghash',
  params: ['i32', 'i32'],
  locals: LOCALS,
  body: [
    ...numbers(v128.load(i32.value(KEY_AT)), Y, false),
    ...factors(Y),
    ...[0, 1, 2, 3, 4, 5].flatMap((i) => split(get(Y + i), H + 4 * i)),
    ...set(Y, i64.value(0n)),
    ...set(Y + 1, i64.value(0n)),
    ...repeat(
      [
        ...numbers(v128.load(get(AT)), Y, true),
        ...factors(Y),
        ...[0, 1, 2, 3, 4, 5].flatMap((i) => product(Y + i, H + 4 * i, Z + i)),
        ...joined,
        ...reduced,
        ...set(AT, i32.add(get(AT), i32.value(16))),
      ],
      i32.lessThan(get(AT), get(END)),
    ),
    ...set(BLOCK, v128.ofLanes(get(Y), get(Y + 1))),
    ...v128.store(
      i32.value(HASH_AT),
      v128.shuffle(get(BLOCK), get(BLOCK), REVERSED),
    ),
  ],
};
