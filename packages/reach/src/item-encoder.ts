/**
 * Items as they travel down (docs/protocol.md section 4), encoded as CBOR. The entries of a push are
 * encoded once for all sessions that are pushed the same list.
 */
import { type Cbor, encodeCbor } from '@polynya/protocol/cbor';
import { type Entry, type Item, item as itemCodec } from '@polynya/protocol/requests';

/** One item, in parts that belong one after another. */
export type EncodedItem = readonly Uint8Array[];

/** Array of three, the number of the variant `push`. */
const PUSH = Uint8Array.of(0x83, 0x02);

export class ItemEncoder {
  readonly #lists = new WeakMap<readonly Entry[], Uint8Array>();

  encode(item: Item): EncodedItem {
    if (item.item !== 'push') return [encodeCbor(itemCodec.encode(item))];
    return [PUSH, encodeCbor(item.n), this.#list(item)];
  }

  #list(push: Extract<Item, { item: 'push' }>): Uint8Array {
    const known = this.#lists.get(push.entries);
    if (known) return known;
    const [, , entries] = itemCodec.encode(push) as [number, number, readonly []];
    const encoded = encodeCbor(entries);
    this.#lists.set(push.entries, encoded);
    return encoded;
  }
}

/** Bytes of all parts. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** The CBOR, in parts, of a struct whose last field is a list of encoded items. */
export function structWith(fields: readonly Cbor[], items: readonly EncodedItem[]): Uint8Array[] {
  const parts = [listHead(fields.length + 1)];
  for (const field of fields) parts.push(encodeCbor(field));
  parts.push(listHead(items.length));
  for (const item of items) parts.push(...item);
  return parts;
}

/** Of at most 255 values. */
function listHead(length: number): Uint8Array {
  return length < 24 ? Uint8Array.of(0x80 | length) : Uint8Array.of(0x98, length);
}
