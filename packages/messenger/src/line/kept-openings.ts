/**
 * One account of connections for all programs that run on this device one after the other, where connections freeze or
 * are counted: kept under the store's seal, as hosts are part of it, and by the one program that the store lets in at a
 * time. To whoever counts they are one client.
 */
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { list, struct, text, uint } from '@polynya/protocol/schema';
import { MOST_OPENINGS, type Opening, Openings } from '@polynya/reach/client/openings';
import { type Store, StoreError } from '../store/store.ts';

export { Openings } from '@polynya/reach/client/openings';

const KEY = 'openings';
const codec = list(
  struct({
    /** With its port, if that is not the usual one. */
    host: text(LIMITS.endpoint),
    /** In ms since 1970. */
    at: uint(),
  }),
  MOST_OPENINGS,
);

/**
 * The account with what programs before this one left in it; what cannot be read is nothing.
 * @param now ms since 1970
 */
export async function keptOpenings(store: Store, now: () => number): Promise<Openings> {
  const openings = new Openings();
  openings.add(await load(store));
  let counted = false;
  openings.onNote = (_, counts) => {
    // What is made on a line that bears anything would be held against whoever comes to one that does not.
    counted ||= counts;
    if (!counted) return;
    const value = encodeCbor(codec.encode([...openings.counting(now())]));
    store.apply([{ table: 'self', key: KEY, value }]).catch(() => {
      // Closed meanwhile, or no room: the next program does not hear of it.
    });
  };
  return openings;
}

async function load(store: Store): Promise<readonly Opening[]> {
  try {
    const encoded = await store.get('self', KEY);
    return encoded ? codec.decode(decodeCbor(encoded)) : [];
  } catch (error) {
    if (error instanceof StoreError || error instanceof ProtocolError) return [];
    throw error;
  }
}
