/**
 * The subset of CBOR (RFC 8949) of docs/protocol.md, section 1: one way to write each value, and
 * nothing but that way is read. Structs and variants are plain arrays here.
 */
export type Cbor = null | boolean | number | string | Uint8Array | Cbor[] | Map<number, Cbor>;

/** Bytes that are not of the form the document gives: they change nothing. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

const MAX_DEPTH = 12;
const MAX_VALUES = 65_536;

/** CBOR of `value`. Numbers have to be integers of at most 2^53 - 1 in size. */
export function encode(value: Cbor): Buffer {
  if (value === null) return Buffer.of(0xf6);
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new RangeError('text with a lone surrogate');
    const utf8 = Buffer.from(value);
    return Buffer.concat([head(3, utf8.length), utf8]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)]);
  const entries = [...value].sort(([a], [b]) => a - b);
  return Buffer.concat([head(5, value.size), ...entries.flat().map(encode)]);
}

function head(major: number, count: number): Buffer {
  if (!Number.isSafeInteger(count)) throw new RangeError('not an integer that CBOR may hold here');
  const type = major << 5;
  if (count < 24) return Buffer.of(type | count);
  if (count < 0x100) return Buffer.of(type | 24, count);
  const out = Buffer.alloc(count < 0x1_0000 ? 3 : count < 0x1_0000_0000 ? 5 : 9);
  out[0] = type | (out.length === 3 ? 25 : out.length === 5 ? 26 : 27);
  if (out.length < 9) out.writeUIntBE(count, 1, out.length - 1);
  else out.writeBigUInt64BE(BigInt(count), 1);
  return out;
}

/** The value that `bytes` hold, and nothing after it. Throws Malformed. */
export function decode(bytes: Uint8Array): Cbor {
  const { value, rest } = decodePrefix(bytes);
  if (rest.length > 0) throw new Malformed('trailing bytes');
  return value;
}

/** The value at the start of `bytes`, and what follows it. Throws Malformed. */
export function decodePrefix(bytes: Uint8Array): { value: Cbor; rest: Uint8Array } {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  return { value, rest: bytes.subarray(reader.at) };
}

class Reader {
  at = 0;
  #values = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth: number): Cbor {
    this.#values += 1;
    if (this.#values > MAX_VALUES) throw new Malformed('too many values');
    const first = this.#take(1)[0] as number;
    if (first === 0xf4 || first === 0xf5) return first === 0xf5;
    if (first === 0xf6) return null;
    const major = first >> 5;
    if (major > 5) throw new Malformed('a tag, float or other simple value');
    const count = this.#count(first & 31);
    if (major === 0) return count;
    if (major === 1) {
      if (count === Number.MAX_SAFE_INTEGER) throw new Malformed('an integer past 2^53 - 1');
      return -1 - count;
    }
    if (major === 2) return Uint8Array.from(this.#take(count));
    if (major === 3) return utf8(this.#take(count));
    if (depth === MAX_DEPTH) throw new Malformed('nested too deep');
    return major === 4 ? this.#array(count, depth + 1) : this.#map(count, depth + 1);
  }

  #array(count: number, depth: number): Cbor[] {
    const items: Cbor[] = [];
    for (let i = 0; i < count; i += 1) items.push(this.value(depth));
    return items;
  }

  #map(count: number, depth: number): Map<number, Cbor> {
    const map = new Map<number, Cbor>();
    let last = -1;
    for (let i = 0; i < count; i += 1) {
      const key = this.value(depth);
      if (typeof key !== 'number' || key <= last) throw new Malformed('map keys');
      map.set(key, this.value(depth));
      last = key;
    }
    return map;
  }

  #count(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new Malformed('an indefinite length');
    const size = 1 << (info - 24);
    const bytes = this.#take(size);
    const count = size === 8 ? Number(bytes.readBigUInt64BE()) : bytes.readUIntBE(0, size);
    const least = [24, 0x100, 0x1_0000, 0x1_0000_0000][info - 24] as number;
    if (count < least || count > Number.MAX_SAFE_INTEGER) throw new Malformed('a head');
    return count;
  }

  #take(count: number): Buffer {
    if (count > this.#bytes.length - this.at) throw new Malformed('cut short');
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed('not UTF-8');
  }
}

/** `value` as a list, of `length` items if given. Throws Malformed. */
export function list(value: Cbor | undefined, length?: number): Cbor[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length))
    throw new Malformed('not the list that was expected');
  return value;
}

/** `value` as bytes, `length` of them if given. Throws Malformed. */
export function bytes(value: Cbor | undefined, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length))
    throw new Malformed('not the bytes that were expected');
  return value;
}

/** `value` as an unsigned integer. Throws Malformed. */
export function uint(value: Cbor | undefined): number {
  if (typeof value !== 'number' || value < 0) throw new Malformed('not an unsigned integer');
  return value;
}

/** `value` as text. Throws Malformed. */
export function text(value: Cbor | undefined): string {
  if (typeof value !== 'string') throw new Malformed('not text');
  return value;
}
