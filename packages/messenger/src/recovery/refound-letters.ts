/**
 * Letters that say where a conversation goes on, kept until this device has itself seen what they claim: the bad
 * Commit. One for each member, the latest.
 */
import { toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { bytes, type Infer, struct, uint } from '@polynya/protocol/schema';
import type { ChatId, PersonId } from '../api.ts';
import type { Change, Store } from '../store/store.ts';

const codec = struct({
  /** The log that was left, and the seq of the Commit there that no member follows. */
  log: bytes(16),
  seq: uint(),
  /** Of the blob with the Welcome. */
  secret: bytes(32),
  /** Of the KeyPackage that the Welcome is for. */
  ref: bytes(1, 64),
  founder: bytes(16),
});
export type RefoundLetter = Infer<typeof codec>;

export function letterKept(chat: ChatId, letter: RefoundLetter): Change {
  return { table: 'group', key: keyOf(chat, letter), value: encodeCbor(codec.encode(letter)) };
}

export function letterDone(chat: ChatId, letter: RefoundLetter): Change {
  return { table: 'group', key: keyOf(chat, letter), value: null };
}

export async function lettersFor(store: Store, chat: ChatId): Promise<RefoundLetter[]> {
  const rows = await store.range('group', { from: `${chat}/refound/`, to: `${chat}/refound0` });
  return rows.map(([, value]) => codec.decode(decodeCbor(value)));
}

export function founderOf({ founder }: RefoundLetter): PersonId {
  return toHex(founder);
}

function keyOf(chat: ChatId, letter: RefoundLetter): string {
  return `${chat}/refound/${founderOf(letter)}`;
}
