/** Codecs between typed values and CBOR. Each holds its limits, so that what decodes is valid. */
import type { Cbor } from './cbor.ts';
import { ProtocolError } from './protocol-error.ts';

export interface Codec<T> {
  encode(value: T): Cbor;
  /** Throws ProtocolError 'malformed' for anything but a valid value. */
  decode(cbor: Cbor): T;
}
export type Infer<C> = C extends Codec<infer T> ? T : never;

/** An unsigned integer of at most `max`. */
export function uint(max: number = Number.MAX_SAFE_INTEGER): Codec<number> {
  const check = (value: Cbor): number => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw bad('integer expected');
    if (value < 0 || value > max) throw bad('integer out of range');
    return value;
  };
  return { encode: check, decode: check };
}

/** A byte string of exactly `min` bytes, or of `min` to `max`. */
export function bytes(min: number, max: number = min): Codec<Uint8Array> {
  const check = (value: Cbor): Uint8Array => {
    if (!(value instanceof Uint8Array)) throw bad('bytes expected');
    if (value.length < min || value.length > max) throw bad('bytes of a wrong length');
    return value;
  };
  return { encode: check, decode: check };
}

/** Text of at most `max` UTF-16 units. */
export function text(max: number): Codec<string> {
  const check = (value: Cbor): string => {
    if (typeof value !== 'string' || value.length > max) throw bad('text expected, or too long');
    return value;
  };
  return { encode: check, decode: check };
}

export const bool: Codec<boolean> = { encode: isBool, decode: isBool };

/** A value or null. */
export function optional<T>(inner: Codec<T>): Codec<T | null> {
  return {
    encode: (value) => (value === null ? null : inner.encode(value)),
    decode: (cbor) => (cbor === null ? null : inner.decode(cbor)),
  };
}

/** What `codec` decodes `cbor` to, or null for what it refuses. */
export function orNull<T>(codec: Codec<T>, cbor: Cbor | undefined): T | null {
  try {
    return cbor === undefined ? null : codec.decode(cbor);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** At most `max` values of one kind. */
export function list<T>(inner: Codec<T>, max: number, min = 0): Codec<T[]> {
  const size = (n: number): void => {
    if (n < min || n > max) throw bad('list of a wrong length');
  };
  return {
    encode: (values) => {
      size(values.length);
      return values.map(inner.encode);
    },
    decode: (cbor) => {
      if (!Array.isArray(cbor)) throw bad('list expected');
      size(cbor.length);
      return cbor.map(inner.decode);
    },
  };
}

type Fields = Record<string, Codec<never> | Codec<unknown>>;
type Shape<F extends Fields> = { [K in keyof F]: Infer<F[K]> };

/** An object as an array of its fields, in the order given. */
export function struct<F extends Fields>(fields: F): Codec<Shape<F>> {
  const row = rowOf(fields);
  return {
    encode: (value) => row.write(value, []),
    decode: (cbor) => row.read(cbor, 0, {}) as Shape<F>,
  };
}

type Values = Record<string, unknown>;

/** Fields in an array, behind what `write` is given and from `from` on. */
function rowOf(fields: Fields) {
  const entries = Object.entries(fields) as [string, Codec<unknown>][];
  return {
    write: (value: Values, row: Cbor[]): Cbor[] => {
      for (const [name, codec] of entries) row.push(codec.encode(value[name]));
      return row;
    },
    read: (cbor: Cbor, from: number, into: Values): Values => {
      if (!Array.isArray(cbor) || cbor.length !== from + entries.length) {
        throw bad('fields do not match');
      }
      let at = from;
      for (const [name, codec] of entries) into[name] = codec.decode(cbor[at++] as Cbor);
      return into;
    },
  };
}

/** As `codec`, of an array of fields; one that an earlier version wrote, `added` shorter, gets these at its end. */
export function grown<T>(codec: Codec<T>, length: number, ...added: Cbor[]): Codec<T> {
  return {
    encode: codec.encode,
    decode: (cbor) =>
      codec.decode(
        Array.isArray(cbor) && cbor.length === length - added.length ? [...cbor, ...added] : cbor,
      ),
  };
}

type Variants = Record<string, readonly [tag: number, fields: Fields]>;
type VariantOf<K extends string, V extends Variants> = {
  [N in keyof V & string]: { [P in K]: N } & { [F in keyof V[N][1]]: Infer<V[N][1][F]> };
}[keyof V & string];

/** One of several objects, told apart by a leading number on the wire and by the field `key` in TypeScript. */
export function variants<K extends string, const V extends Variants>(
  key: K,
  table: V,
): Codec<VariantOf<K, V>> {
  type T = VariantOf<K, V>;
  const byName = new Map<string, { tag: number; row: ReturnType<typeof rowOf> }>();
  const byTag = new Map<Cbor | undefined, { name: string; row: ReturnType<typeof rowOf> }>();
  for (const [name, [tag, fields]] of Object.entries(table)) {
    const row = rowOf(fields);
    byName.set(name, { tag, row });
    byTag.set(tag, { name, row });
  }
  return {
    encode: (value) => {
      const entry = byName.get((value as Values)[key] as string);
      if (!entry) throw bad('unknown variant');
      return entry.row.write(value, [entry.tag]);
    },
    decode: (cbor) => {
      if (!Array.isArray(cbor)) throw bad('variant expected');
      const entry = byTag.get(cbor[0]);
      if (!entry) throw bad('unknown variant');
      return entry.row.read(cbor, 1, { [key]: entry.name }) as T;
    },
  };
}

function isBool(value: Cbor): boolean {
  if (typeof value !== 'boolean') throw bad('boolean expected');
  return value;
}

function bad(why: string): ProtocolError {
  return new ProtocolError('malformed', why);
}
