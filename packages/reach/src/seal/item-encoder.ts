/**
 * Items as they travel down (docs/protocol.md section 4), encoded as CBOR. The entries of a push are
 * encoded once for all sessions that are pushed the same list.
 */
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  type Entry,
  type Item,
  item as itemCodec,
  pushedEntries,
} from '@polynya/protocol/requests';

/** One item, in parts that belong one after another. */
export type EncodedItem = readonly Uint8Array[];

/** Array of three, the number of the variant `push`. */
const PUSH = Uint8Array.of(0x83, 0x02);
/** Lists that are remembered: sessions that are told the same are told it one after another (count). */
const REMEMBERED = 8;

export class ItemEncoder {
  readonly #lists: { readonly entries: readonly Entry[]; readonly encoded: Uint8Array }[] = [];
  #next = 0;

  encode(item: Item): EncodedItem {
    if (item.item !== 'push') return [encodeCbor(itemCodec.encode(item))];
    return [PUSH, encodeCbor(item.n), this.#list(item.entries)];
  }

  #list(entries: Entry[]): Uint8Array {
    for (const known of this.#lists) if (known.entries === entries) return known.encoded;
    const encoded = encodeCbor(pushedEntries.encode(entries));
    this.#lists[this.#next] = { entries, encoded };
    this.#next = (this.#next + 1) % REMEMBERED;
    return encoded;
  }
}

/** Bytes of all parts. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
