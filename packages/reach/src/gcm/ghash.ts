/**
 * GHASH (NIST SP 800-38D section 6.4), as WebAssembly, in constant time: products in GF(2)[x] by multiplying whole
 * numbers with holes, into which the carries run (T. Pornin, "Constant-time multiplication", bearssl.org), and the
 * upper half of a product by multiplying both factors with their bits the other way round.
 */
import {
  type Code,
  get,
  i32,
  i64,
  repeat,
  set,
  splat,
  type Type,
  v128,
  type WasmFunction,
} from './wasm-module.ts';

/** In the memory: the hash, and its key H. */
export const HASH_AT = 0;
export const HASH_KEY_AT = 16;

const FOUR = [0, 1, 2, 3] as const;
const SIX = [0, 1, 2, 3, 4, 5] as const;
/** Every fourth bit, from each of the first four on. */
const MASKS = FOUR.map((by) => i64.value(BigInt.asUintN(64, 0x1111_1111_1111_1111n << BigInt(by))));
/** All bytes the other way round; and those of each half by itself. */
const REVERSED = Array.from({ length: 16 }, (_, i) => 15 - i);
const HALVES = REVERSED.map((i) => i ^ 8);
/** For each nibble the one with its bits the other way round. */
const NIBBLES = Array.from({ length: 16 }, (_, nibble) =>
  FOUR.reduce<number>((sum, bit) => sum | (((nibble >> bit) & 1) << (3 - bit)), 0),
);

// Locals. Parameters first: where the blocks begin and where they end.
const AT = 0;
const END = 1;
const BLOCK = 2;
const HELD = 3;
/** The hash's halves, the lower one first, and their sum; then the three with their bits the other way round. */
const Y = 4;
/** Six products. */
const Z = 10;
/** Of six factors made of H the four numbers with holes; and of the other factor. */
const H = 16;
const X = 40;
/** 256 bits in four numbers. */
const V = 44;
const LOCALS = Array.from(
  { length: V + 4 - BLOCK },
  (_, i) => (i < Y - BLOCK ? 'v128' : 'i64') as Type,
);

const sum = (codes: readonly Code[]): Code => codes.reduce(i64.xor);

/** A number into four with holes. */
const split = (value: Code, into: number): Code =>
  MASKS.map((mask, i) => set(into + i, i64.and(value, mask)));

/** The lower half of the product of a number and the factor that was split at `h`. */
const product = (x: number, h: number, into: number): Code => [
  split(get(x), X),
  set(
    into,
    FOUR.map((k) =>
      i64.and(
        sum(FOUR.map((i) => i64.mul(get(X + i), get(h + ((k - i + 4) % 4))))),
        MASKS[k] ?? [],
      ),
    ).reduce(i64.or),
  ),
];

/** Two numbers, as the halves of BLOCK, with their bits the other way round. */
const turned = (first: number, second: number): Code => [
  set(HELD, v128.shuffle(v128.ofHalves(get(first), get(second)), HALVES)),
  set(
    BLOCK,
    v128.or(
      v128.swizzle(v128.value(NIBBLES), v128.shiftBytesRight(get(HELD), 4)),
      v128.swizzle(
        v128.value(NIBBLES.map((nibble) => nibble << 4)),
        v128.and(get(HELD), splat(15)),
      ),
    ),
  ),
];

/** Six factors of two numbers, of which the first two are there. */
const factors = (of: number): Code => [
  turned(of, of + 1),
  set(of + 2, i64.xor(get(of), get(of + 1))),
  set(of + 3, v128.half(get(BLOCK), 0)),
  set(of + 4, v128.half(get(BLOCK), 1)),
  set(of + 5, i64.xor(get(of + 3), get(of + 4))),
];

/** Adds a block, whose first byte is the highest, to two numbers. */
const added = (block: Code, to: number): Code => [
  set(BLOCK, v128.shuffle(block, REVERSED)),
  set(to, i64.xor(get(to), v128.half(get(BLOCK), 0))),
  set(to + 1, i64.xor(get(to + 1), v128.half(get(BLOCK), 1))),
];

/** Karatsuba's middle products without the outer ones; the upper halves put right, and all four next to each other. */
const joined = (): Code => [
  set(Z + 2, sum([get(Z + 2), get(Z), get(Z + 1)])),
  set(Z + 5, sum([get(Z + 5), get(Z + 3), get(Z + 4)])),
  turned(Z + 3, Z + 4),
  set(V, get(Z)),
  set(V + 1, i64.xor(get(Z + 2), i64.shiftRight(v128.half(get(BLOCK), 0), 1))),
  set(V + 3, i64.shiftRight(v128.half(get(BLOCK), 1), 1)),
  turned(Z + 5, Z + 5),
  set(V + 2, i64.xor(get(Z + 1), i64.shiftRight(v128.half(get(BLOCK), 0), 1))),
];

/** Shifted by the one bit that GHASH's order of bits takes, and modulo its polynomial. */
const reduced = (): Code => [
  [3, 2, 1].map((i) =>
    set(V + i, i64.or(i64.shiftLeft(get(V + i), 1), i64.shiftRight(get(V + i - 1), 63))),
  ),
  set(V, i64.shiftLeft(get(V), 1)),
  [V, V + 1].map((v) => {
    const right = [1, 2, 7].map((by) => i64.shiftRight(get(v), by));
    const left = [63, 62, 57].map((by) => i64.shiftLeft(get(v), by));
    return [
      set(v + 2, sum([get(v + 2), get(v), ...right])),
      set(v + 1, sum([get(v + 1), ...left])),
    ];
  }),
  set(Y, get(V + 2)),
  set(Y + 1, get(V + 3)),
];

/** `ghash(from, to)`: the hash of the whole blocks in between. */
export const ghash = (): WasmFunction => ({
  name: 'ghash',
  params: ['i32', 'i32'],
  locals: LOCALS,
  body: [
    added(v128.load(i32.value(HASH_KEY_AT)), Y),
    factors(Y),
    SIX.map((i) => split(get(Y + i), H + 4 * i)),
    set(Y, i64.value(0n)),
    set(Y + 1, i64.value(0n)),
    repeat(
      [
        added(v128.load(get(AT)), Y),
        factors(Y),
        SIX.map((i) => product(Y + i, H + 4 * i, Z + i)),
        joined(),
        reduced(),
        set(AT, i32.add(get(AT), i32.value(16))),
      ],
      i32.lessThan(get(AT), get(END)),
    ),
    v128.store(i32.value(HASH_AT), v128.shuffle(v128.ofHalves(get(Y), get(Y + 1)), REVERSED)),
  ],
});

/** `clear(at, end)`: zeros, 16 bytes at a time. */
export const clear = (): WasmFunction => ({
  name: 'clear',
  params: ['i32', 'i32'],
  locals: [],
  body: repeat(
    [v128.store(get(0), splat(0)), set(0, i32.add(get(0), i32.value(16)))],
    i32.lessThan(get(0), get(1)),
  ),
});

/** `copy(from, to)`: 16 bytes. */
export const copy = (): WasmFunction => ({
  name: 'copy',
  params: ['i32', 'i32'],
  locals: [],
  body: v128.store(get(1), v128.load(get(0))),
});

/** `mix(at, end, stream)`: adds the stream to the text, 16 bytes at a time. */
export const mix = (): WasmFunction => ({
  name: 'mix',
  params: ['i32', 'i32', 'i32'],
  locals: [],
  body: repeat(
    [
      v128.store(get(0), v128.xor(v128.load(get(0)), v128.load(get(2)))),
      set(0, i32.add(get(0), i32.value(16))),
      set(2, i32.add(get(2), i32.value(16))),
    ],
    i32.lessThan(get(0), get(1)),
  ),
});
