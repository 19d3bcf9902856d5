/** Values as readers of any language see them: JSON with hex for bytes, and CBOR's diagnostic notation (RFC 8949 section 8). */
import { toHex } from '@polynya/protocol/bytes';
import type { Cbor } from '@polynya/protocol/cbor';

/** Pretty-printed JSON in which every byte string is lower-case hex. */
export function readableJson(value: unknown): string {
  const plain = (_: string, inner: unknown) => (inner instanceof Uint8Array ? toHex(inner) : inner);
  return `${JSON.stringify(value, plain, 2)}\n`;
}

/** RFC 8949 section 8. */
export function diagnostic(value: Cbor): string {
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (value instanceof Map) {
    const pairs = [...(value as ReadonlyMap<number, Cbor>)];
    return `{${pairs.map(([key, inner]) => `${key}: ${diagnostic(inner)}`).join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${(value as Cbor[]).map(diagnostic).join(', ')}]`;
  // A byte order mark would be invisible.
  return JSON.stringify(value).replaceAll('\ufeff', '\\ufeff');
}
