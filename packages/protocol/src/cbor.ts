/**
 * CBOR, the strict subset that crosses the wire: deterministic encoding (RFC 8949 section 4.2.1),
 * definite lengths, shortest heads, safe integers, byte and text strings, arrays, maps with unsigned
 * integer keys in ascending order, false, true, null. Everything else is refused.
 */
import { type Bytes, fromUtf8, utf8 } from './bytes.ts';
import { ProtocolError } from './protocol-error.ts';

export type Cbor =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly Cbor[]
  | ReadonlyMap<number, Cbor>;

/** Arrays and maps within each other. */
const MAX_DEPTH = 12;
/** Values in all, those within others included. */
const MAX_ITEMS = 65_536;
const MAJOR = { uint: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, simple: 7 } as const;

/**
 * Encodes a value; the same value always gives the same bytes.
 * Throws ProtocolError 'malformed' for what this subset cannot say.
 */
export function encodeCbor(value: Cbor): Bytes {
  const measured: Writer = { out: null, at: 0, items: 0 };
  write(measured, value, 0);
  const out = new Uint8Array(measured.at);
  write({ out, at: 0, items: 0 }, value, 0);
  return out;
}

/** The same, in `out` from `at` on, where there has to be room for it; says where it ended. */
export function writeCbor(out: Uint8Array, at: number, value: Cbor): number {
  const writer: Writer = { out, at, items: 0 };
  write(writer, value, 0);
  return writer.at;
}

/** Writes the head of an array of so many values, which are to follow; says where it ended. */
export function writeArrayHead(out: Uint8Array, at: number, length: number): number {
  const writer: Writer = { out, at, items: 0 };
  head(writer, MAJOR.array, length);
  return writer.at;
}

/** Decodes exactly one value; trailing bytes are refused. Throws ProtocolError 'malformed'. */
export function decodeCbor(bytes: Uint8Array): Cbor {
  const { value, end } = decodeCborPrefix(bytes);
  if (end !== bytes.length) throw malformed('trailing bytes');
  return value;
}

/** Decodes one value at the start of `bytes` and says where it ended. */
export function decodeCborPrefix(bytes: Uint8Array): { value: Cbor; end: number } {
  const reader: Reader = { bytes, at: 0, items: 0 };
  return { value: read(reader, 0), end: reader.at };
}

interface Writer {
  /** Null: it is only measured. */
  readonly out: Uint8Array | null;
  at: number;
  items: number;
}

function write(writer: Writer, value: Cbor, depth: number): void {
  count(writer);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw malformed('not a safe integer');
    if (value < 0) head(writer, MAJOR.negative, -1 - value);
    else head(writer, MAJOR.uint, value);
  } else if (value instanceof Uint8Array) string(writer, MAJOR.bytes, value);
  else if (Array.isArray(value)) {
    const inside = descend(depth);
    head(writer, MAJOR.array, value.length);
    for (const item of value as readonly Cbor[]) write(writer, item, inside);
  } else if (typeof value === 'string') {
    if (!value.isWellFormed()) throw malformed('text with a lone surrogate');
    string(writer, MAJOR.text, utf8(value));
  } else if (value === null) head(writer, MAJOR.simple, 22);
  else if (typeof value === 'boolean') head(writer, MAJOR.simple, value ? 21 : 20);
  else if (value instanceof Map) writeMap(writer, value, descend(depth));
  else throw malformed('a type that is not used');
}

function string(writer: Writer, major: number, bytes: Uint8Array): void {
  head(writer, major, bytes.length);
  writer.out?.set(bytes, writer.at);
  writer.at += bytes.length;
}

function writeMap(writer: Writer, map: ReadonlyMap<number, Cbor>, depth: number): void {
  head(writer, MAJOR.map, map.size);
  for (const [key, value] of [...map].sort(([a], [b]) => a - b)) {
    if (!Number.isSafeInteger(key) || key < 0) throw malformed('map key');
    write(writer, key, depth);
    write(writer, value, depth);
  }
}

/** Notes one more value on the way in or out. */
function count(progress: { items: number }): void {
  if (++progress.items > MAX_ITEMS) throw malformed('too many items');
}

/** The depth inside an array or map that stands at `depth`. */
function descend(depth: number): number {
  if (depth === MAX_DEPTH) throw malformed('nested too deep');
  return depth + 1;
}

function head(writer: Writer, major: number, n: number): void {
  const size = n < 24 ? 0 : n < 0x100 ? 1 : n < 0x1_0000 ? 2 : n < 0x1_0000_0000 ? 4 : 8;
  const { out } = writer;
  if (out) {
    out[writer.at] = (major << 5) | (size === 0 ? n : 55 - Math.clz32(size));
    let left = n;
    for (let at = writer.at + size; at > writer.at; at--) {
      out[at] = left;
      left = Math.floor(left / 256);
    }
  }
  writer.at += 1 + size;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
  items: number;
}

function read(reader: Reader, depth: number): Cbor {
  count(reader);
  const initial = byte(reader);
  const major = initial >> 5;
  if (major === MAJOR.simple) {
    if (initial === 0xf4) return false;
    if (initial === 0xf5) return true;
    if (initial === 0xf6) return null;
    throw malformed('unknown simple value');
  }
  const n = argument(reader, initial & 31);
  switch (major) {
    case MAJOR.uint:
      return n;
    case MAJOR.negative:
      if (n === Number.MAX_SAFE_INTEGER) throw malformed('number too large');
      return -1 - n;
    case MAJOR.bytes:
      // Not slice(): a Buffer's would share memory with the input.
      return new Uint8Array(take(reader, n));
    case MAJOR.text:
      return fromUtf8(take(reader, n));
    case MAJOR.array:
      return readArray(reader, n, descend(depth));
    case MAJOR.map:
      return readMap(reader, n, descend(depth));
    default:
      throw malformed('tags are not used');
  }
}

function readArray(reader: Reader, length: number, depth: number): Cbor {
  if (length > reader.bytes.length - reader.at) throw malformed('array longer than its bytes');
  const list: Cbor[] = [];
  for (let i = 0; i < length; i++) list.push(read(reader, depth));
  return list;
}

function readMap(reader: Reader, size: number, depth: number): Cbor {
  if (size * 2 > reader.bytes.length - reader.at) throw malformed('map longer than its bytes');
  const map = new Map<number, Cbor>();
  let last = -1;
  for (let i = 0; i < size; i++) {
    const key = read(reader, depth);
    if (typeof key !== 'number' || key <= last) throw malformed('map keys out of order');
    last = key;
    map.set(key, read(reader, depth));
  }
  return map;
}

function argument(reader: Reader, info: number): number {
  if (info < 24) return info;
  if (info > 27) throw malformed('indefinite length');
  const size = 1 << (info - 24);
  let n = 0;
  // Past 2^53 no longer exact, but never back below it.
  for (let i = 0; i < size; i++) n = n * 256 + byte(reader);
  const least = size === 1 ? 24 : size === 2 ? 0x100 : size === 4 ? 0x10000 : 0x1_0000_0000;
  if (n < least) throw malformed('not the shortest form');
  if (!Number.isSafeInteger(n)) throw malformed('number too large');
  return n;
}

function byte(reader: Reader): number {
  const value = reader.bytes[reader.at];
  if (value === undefined) throw malformed('truncated');
  reader.at++;
  return value;
}

function take(reader: Reader, n: number): Uint8Array {
  if (n > reader.bytes.length - reader.at) throw malformed('truncated');
  reader.at += n;
  return reader.bytes.subarray(reader.at - n, reader.at);
}

function malformed(why: string): ProtocolError {
  return new ProtocolError('malformed', `CBOR: ${why}`);
}
