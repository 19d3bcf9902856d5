/**
 * Structures of the TLS presentation language (RFC 9420 section 2.1), declared once and both written and read by
 * that declaration. Decoding is strict: every value has exactly one encoding, and nothing may follow it.
 */
import { MlsError } from '../mls-error.ts';
import { Reader } from './reader.ts';
import { readVarInt, varInt, writeVarInt } from './var-int.ts';
import { Writer } from './writer.ts';

export interface Codec<T> {
  write(writer: Writer, value: T): void;
  /** @throws MlsError `malformed` */
  read(reader: Reader): T;
}

/** The type that a codec carries. */
export type Infer<C> = C extends Codec<infer T> ? T : never;

/** Bytes that no honest peer exceeds in one structure; callers with a smaller bound give theirs. */
export const MAX_ENCODED = 2 ** 26;

/** `size`: bytes that it will probably be. */
export function encode<T>(codec: Codec<T>, value: T, size?: number): Uint8Array<ArrayBuffer> {
  const writer = new Writer(size);
  codec.write(writer, value);
  return writer.finish();
}

/** Decodes all of `bytes`, at most `cap` of them. @throws MlsError `malformed` */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, cap = MAX_ENCODED): T {
  if (bytes.length > cap) throw new MlsError('malformed', `longer than ${cap} bytes`);
  const reader = new Reader(bytes);
  const value = codec.read(reader);
  if (reader.left > 0) throw new MlsError('malformed', 'bytes after the end');
  return value;
}

const uint = (size: number): Codec<number> => ({
  write: (writer, value) => writer.uint(value, size),
  read: (reader) => reader.uint(size),
});

export const uint8 = uint(1);
export const uint16 = uint(2);
export const uint32 = uint(4);
export const uint64: Codec<bigint> = {
  write: (writer, value) => writer.uint64(value),
  read: (reader) => reader.uint64(),
};

/** `opaque value<V>` */
export const opaque: Codec<Uint8Array> = {
  write(writer, value) {
    writeVarInt(writer, value.length);
    writer.bytes(value);
  },
  read: (reader) => reader.bytes(readVarInt(reader)),
};

/** `opaque value<V>` of at most so many bytes. */
export const opaqueUpTo = (most: number): Codec<Uint8Array> => ({
  write: opaque.write,
  read(reader) {
    const value = opaque.read(reader);
    if (value.length > most) throw new MlsError('malformed', `longer than ${most} bytes`);
    return value;
  },
});

/** `T values<V>`, at most `most` of them. */
export function vector<T>(item: Codec<T>, most = Number.POSITIVE_INFINITY): Codec<readonly T[]> {
  return {
    write(writer, values) {
      const start = writer.length;
      for (const value of values) item.write(writer, value);
      writer.insert(start, varInt(writer.length - start));
    },
    read(reader) {
      const part = reader.part(readVarInt(reader));
      const values: T[] = [];
      while (part.left > 0) {
        if (values.length === most) throw new MlsError('malformed', `more than ${most} of them`);
        values.push(item.read(part));
      }
      return values;
    },
  };
}

/** `optional<T>`, RFC 9420 section 2.1.1. */
export function optional<T>(item: Codec<T>): Codec<T | null> {
  return {
    write(writer, value) {
      writer.uint(value === null ? 0 : 1, 1);
      if (value !== null) item.write(writer, value);
    },
    read(reader) {
      const present = reader.uint(1);
      if (present > 1) throw new MlsError('malformed', 'neither present nor absent');
      return present === 1 ? item.read(reader) : null;
    },
  };
}

type FieldCodecs<T> = { readonly [K in keyof T]: Codec<T[K]> };

/** `struct`: the fields in the order in which they are given. */
export function struct<T extends object>(fields: FieldCodecs<T>): Codec<Readonly<T>> {
  const entries = Object.entries<Codec<T[keyof T]>>(fields) as [
    keyof T & string,
    Codec<T[keyof T]>,
  ][];
  return {
    write(writer, value) {
      for (const [name, field] of entries) field.write(writer, value[name]);
    },
    read(reader) {
      const value: Partial<Record<keyof T, T[keyof T]>> = {};
      for (const [name, field] of entries) value[name] = field.read(reader);
      return value as T;
    },
  };
}

/** `enum`: a number that stands for a name. Other numbers are malformed. */
export function enumeration<const N extends Readonly<Record<string, number>>>(
  number: Codec<number>,
  names: N,
): Codec<keyof N & string> {
  const byNumber = new Map(Object.entries(names).map(([name, code]) => [code, name]));
  return {
    write: (writer, name) => number.write(writer, names[name] as number),
    read(reader) {
      const name = byNumber.get(number.read(reader));
      if (name === undefined)
        throw new MlsError('malformed', 'a value that the enum does not have');
      return name;
    },
  };
}

/** A union: which member it is stands in the field `tag`, beside the fields of that member. */
export type Tagged<K extends string, C> = {
  [N in keyof C]: { readonly [T in K]: N } & Infer<C[N]>;
}[keyof C];

/** `select`: a tag, then what the tag says. */
export function select<K extends string, C extends Readonly<Record<string, Codec<object>>>>(
  tag: K,
  tags: Codec<keyof C & string>,
  cases: C,
): Codec<Tagged<K, C>> {
  type Value = Tagged<K, C> & { readonly [T in K]: keyof C & string };
  const codecOf = (name: keyof C): Codec<object> => cases[name] as Codec<object>;
  return {
    write(writer, value) {
      const name = (value as Value)[tag];
      tags.write(writer, name);
      codecOf(name).write(writer, value as object);
    },
    read(reader) {
      const name = tags.read(reader);
      return { [tag]: name, ...codecOf(name).read(reader) } as unknown as Value;
    },
  };
}

/** `struct {}` */
export const empty: Codec<Readonly<Record<never, never>>> = { write: () => {}, read: () => ({}) };
