/**
 * AES-256 (FIPS 197) of eight counters at a time, as WebAssembly, in constant time: no table, no branch and no index
 * depends on key or text. Eight vectors hold one bit each of all bytes of the eight blocks (E. Käsper, P. Schwabe,
 * "Faster and timing-attack resistant AES-GCM", 2009).
 */
import { gates } from './aes-box.ts';
import { type Code, get, i32, repeat, set, splat, v128, type WasmFunction } from './wasm-module.ts';

/** In the memory: the round keys one after another, and the nonce with four zeros behind it. */
export const ROUND_KEYS_AT = 32;
export const ROUND_KEYS = 15 * 16;
export const NONCE_AT = ROUND_KEYS_AT + ROUND_KEYS;
/** Bytes of stream that are made at a time. */
export const AT_ONCE = 128;

const BITS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** Where each byte comes from: a block's columns one after another. */
const BYTES = Array.from({ length: 16 }, (_, i) => i);
const SHIFTED_ROWS = BYTES.map((i) => (i + 4 * (i % 4)) % 16);
const nextRow = (rows: number) => BYTES.map((i) => (i & 12) | ((i + rows) & 3));

// Locals. Parameters first: where the stream goes, where it ends, and the number of the first block.
const AT = 0;
const END = 1;
const COUNTER = 2;
const ROUND_KEY = 3;
/** One bit each of all bytes, the lowest first. */
const Q = 4;
const HELD = 12;
/** The circuit's wires: those that are no bit. */
const WIRES = 20;

const wires = [...new Set(gates.map(({ out }) => out))].filter((out) => !out.startsWith('s'));

/** The S-box on all bytes: `q` holds their bits. */
function substituted(q: number, free: number): Code {
  const local = (wire: string): number =>
    /^[xs]/.test(wire) ? q + 7 - Number(wire.slice(1)) : free + wires.indexOf(wire);
  // Outputs take the inputs' places, so they wait until no gate needs those.
  const isInput = (wire: string) => wire.startsWith('x');
  const lastInput = gates.findLastIndex(({ a, b }) => isInput(a) || isInput(b));
  if (gates.slice(0, lastInput).some(({ out }) => out.startsWith('s'))) throw new Error('order');
  return [
    gates.map(({ out, a, b, and }) =>
      set(local(out), (and ? v128.and : v128.xor)(get(local(a)), get(local(b)))),
    ),
    ['s1', 's2', 's6', 's7'].map((s) => set(local(s), v128.not(get(local(s))))),
  ];
}

/** Of each byte of `bytes` whether it has this bit, in all its bits. */
const hasBit = (bytes: Code, bit: number): Code =>
  v128.equalBytes(v128.and(bytes, splat(1 << bit)), splat(1 << bit));

const addRoundKey = (): Code => [
  set(HELD, v128.load(get(ROUND_KEY))),
  BITS.map((bit) => set(Q + bit, v128.xor(get(Q + bit), hasBit(get(HELD), bit)))),
  set(ROUND_KEY, i32.add(get(ROUND_KEY), i32.value(16))),
];

const shiftRows = (): Code =>
  BITS.map((bit) => set(Q + bit, v128.shuffle(get(Q + bit), SHIFTED_ROWS)));

/** Each byte becomes 2(a + b) + b + c + d, a being itself and b, c, d those in the rows below it. */
const mixColumns = (): Code => [
  // In HELD the sums a + b, in the bits b for now.
  BITS.map((bit) => [
    set(WIRES + bit, v128.shuffle(get(Q + bit), nextRow(1))),
    set(HELD + bit, v128.xor(get(Q + bit), get(WIRES + bit))),
  ]),
  BITS.map((bit) => {
    const rest = v128.xor(get(WIRES + bit), v128.shuffle(get(HELD + bit), nextRow(2)));
    // Twice a byte: its bits one up, and 0x1b for the highest.
    const doubled = get(HELD + ((bit + 7) % 8));
    const twice = [1, 3, 4].includes(bit) ? v128.xor(doubled, get(HELD + 7)) : doubled;
    return set(Q + bit, v128.xor(rest, twice));
  }),
];

/** Bits of bytes into bytes of bits, for eight vectors, and back. */
const transposed = (): Code =>
  [
    [1, 0x55],
    [2, 0x33],
    [4, 0x0f],
  ].map(([distance = 0, mask = 0]) =>
    BITS.filter((bit) => (bit & distance) === 0).map((bit) => {
      const [low, high] = [Q + bit, Q + bit + distance];
      return [
        set(HELD, v128.and(v128.xor(v128.shiftRight(get(low), distance), get(high)), splat(mask))),
        set(high, v128.xor(get(high), get(HELD))),
        set(low, v128.xor(get(low), v128.shiftLeft(get(HELD), distance))),
      ];
    }),
  );

const inLastByte = (value: number): Code => v128.value([...Array<number>(15).fill(0), value]);

const LOCALS = Array.from({ length: WIRES + wires.length - Q }, () => 'v128' as const);

/**
 * `stream(at, end, counter)`: the encrypted counters from `counter` on, in pieces of `AT_ONCE` bytes, until `end` is
 * reached. The last counter is below 256.
 */
export const stream = (): WasmFunction => ({
  name: 'stream',
  params: ['i32', 'i32', 'i32'],
  locals: ['i32', ...LOCALS],
  body: repeat(
    [
      set(HELD, v128.ofByte(get(COUNTER))),
      set(HELD, v128.and(get(HELD), inLastByte(0xff))),
      set(HELD, v128.or(get(HELD), v128.load(i32.value(NONCE_AT)))),
      BITS.map((block) => set(Q + block, v128.addBytes(get(HELD), inLastByte(block)))),
      transposed(),
      set(ROUND_KEY, i32.value(ROUND_KEYS_AT)),
      addRoundKey(),
      repeat(
        [substituted(Q, WIRES), shiftRows(), mixColumns(), addRoundKey()],
        i32.lessThan(get(ROUND_KEY), i32.value(ROUND_KEYS_AT + ROUND_KEYS - 16)),
      ),
      substituted(Q, WIRES),
      shiftRows(),
      addRoundKey(),
      transposed(),
      BITS.map((block) => v128.store(get(AT), get(Q + block), 16 * block)),
      set(AT, i32.add(get(AT), i32.value(AT_ONCE))),
      set(COUNTER, i32.add(get(COUNTER), i32.value(8))),
    ],
    i32.lessThan(get(AT), get(END)),
  ),
});

/** `substitute(at)`: the S-box on 16 bytes, for the key schedule. */
export const substitute = (): WasmFunction => ({
  name: 'substitute',
  params: ['i32'],
  locals: ['i32', 'i32', 'i32', ...LOCALS],
  body: [
    set(HELD, v128.load(get(AT))),
    BITS.map((bit) => set(Q + bit, hasBit(get(HELD), bit))),
    substituted(Q, WIRES),
    v128.store(get(AT), BITS.map((bit) => v128.and(get(Q + bit), splat(1 << bit))).reduce(v128.or)),
  ],
});
