/**
 * A WebAssembly module put together from instructions (WebAssembly Core Specification 2.0, chapter 5): as much of
 * the format as arithmetic on one memory takes. So what runs is written here, and no binary stands in the repository.
 */

/** Instructions, encoded, in parts: they are put in line once, at the end. */
export type Code = number | readonly Code[];

const TYPES = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;
export type Type = keyof typeof TYPES;

export interface WasmFunction {
  readonly name: string;
  readonly params: readonly Type[];
  /** Numbered on after the parameters. */
  readonly locals: readonly Type[];
  /** Returns nothing. */
  readonly body: Code;
}

/** An unsigned number in LEB128. */
function uleb(value: number): Code {
  return value < 0x80 ? value : [(value & 0x7f) | 0x80, uleb(value >>> 7)];
}

/** A signed number in LEB128. */
function sleb(value: bigint): Code {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const ends = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return ends ? low : [low | 0x80, sleb(rest)];
}

const simd = (number: number): Code => [0xfd, uleb(number)];
const binary =
  (operation: Code) =>
  (a: Code, b: Code): Code => [a, b, operation];
/** Loads and stores say how they are aligned, as a power of two (here unknown), and add an offset to their address. */
const at = (offset: number): Code => [0, uleb(offset)];

export const get = (local: number): Code => [0x20, uleb(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, uleb(local)];

export const i32 = {
  value: (value: number): Code => [0x41, sleb(BigInt(value))],
  add: binary([0x6a]),
  lessThan: binary([0x49]),
} as const;

export const i64 = {
  value: (value: bigint): Code => [0x42, sleb(BigInt.asIntN(64, value))],
  mul: binary([0x7e]),
  and: binary([0x83]),
  or: binary([0x84]),
  xor: binary([0x85]),
  shiftLeft: (a: Code, bits: number): Code => [a, i64.value(BigInt(bits)), 0x86],
  shiftRight: (a: Code, bits: number): Code => [a, i64.value(BigInt(bits)), 0x88],
} as const;

/** Vectors of 16 bytes. */
export const v128 = {
  load: (address: Code, offset = 0): Code => [address, simd(0x00), at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, simd(0x0b), at(offset)],
  value: (bytes: readonly number[]): Code => [simd(0x0c), bytes],
  ofByte: (a: Code): Code => [a, simd(0x0f)],
  not: (a: Code): Code => [a, simd(0x4d)],
  and: binary(simd(0x4e)),
  or: binary(simd(0x50)),
  xor: binary(simd(0x51)),
  addBytes: binary(simd(0x6e)),
  /** All bits of each byte that is the same in both. */
  equalBytes: binary(simd(0x23)),
  shiftBytesRight: (a: Code, bits: number): Code => [a, i32.value(bits), simd(0x6d)],
  /** By halves. */
  shiftLeft: (a: Code, bits: number): Code => [a, i32.value(bits), simd(0xcb)],
  shiftRight: (a: Code, bits: number): Code => [a, i32.value(bits), simd(0xcd)],
  /** `order`: for each byte of the result which byte of `a`. */
  shuffle: (a: Code, order: readonly number[]): Code => [a, a, simd(0x0d), order],
  /** For each byte of `indices` that byte of `table`. */
  swizzle: binary(simd(0x0e)),
  half: (a: Code, half: 0 | 1): Code => [a, simd(0x1d), half],
  ofHalves: (first: Code, second: Code): Code => [first, simd(0x12), second, simd(0x1e), 1],
} as const;

/** The same byte 16 times. */
export const splat = (byte: number): Code => v128.value(Array.from({ length: 16 }, () => byte));

/** Does `body` until `again` is 0, at least once. */
export const repeat = (body: Code, again: Code): Code => [
  [0x03, 0x40],
  body,
  again,
  [0x0d, 0, 0x0b],
];

const list = (items: readonly Code[]): Code => [uleb(items.length), items];

function inLine(code: Code, bytes: number[] = []): number[] {
  if (typeof code === 'number') bytes.push(code);
  else for (const part of code) inLine(part, bytes);
  return bytes;
}

/** Behind its length. */
function sized(code: Code): Code {
  const bytes = inLine(code);
  return [uleb(bytes.length), bytes];
}

const section = (id: number, content: Code): Code => [id, sized(content)];
const name = (text: string): Code => list([...text].map((letter) => letter.charCodeAt(0)));

const EXPORTED = { function: 0, memory: 2 } as const;

/** The module: its functions, and a memory of `pages` times 64 KiB, which is called `memory`. */
export function wasmModule(
  pages: number,
  functions: readonly WasmFunction[],
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params }) => [0x60, list(params.map((t) => TYPES[t])), 0]);
  const exported = functions.map((one, i) => [name(one.name), EXPORTED.function, uleb(i)]);
  const bodies = functions.map(({ locals, body }) =>
    sized([list(locals.map((type) => [1, TYPES[type]])), body, 0x0b]),
  );
  return Uint8Array.from(
    inLine([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(types)),
      section(3, list(functions.map((_, i) => uleb(i)))),
      section(5, list([[0, uleb(pages)]])),
      section(7, list([[name('memory'), EXPORTED.memory, 0], ...exported])),
      section(10, list(bodies)),
    ]),
  );
}
