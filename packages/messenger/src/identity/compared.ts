/**
 * With whom safety numbers were compared and found to be the same, and which devices those people had then. A number
 * follows from two root keys, of which a person's id is one, so that it never becomes another one. What can change is
 * which devices speak for it, and who bears the name: who begins anew without their root key is another person.
 */
import { concat, toHex } from '@polynya/protocol/bytes';
import type { Compared, PersonId } from '../api.ts';
import type { Change, Store } from '../store/store.ts';

const KEYS = { from: 'compared/', to: 'compared0' };
const KEY_BYTES = 32;

/** Their devices (signature keys in hex) as they were then; none: it was seen not to be the same, or not compared. */
export type ComparedWith = ReadonlyMap<PersonId, readonly string[]>;

/** @throws StoreError */
export async function loadCompared(store: Store): Promise<Map<PersonId, readonly string[]>> {
  const kept = await store.range('person', KEYS);
  return new Map(
    kept.map(([key, value]) => [
      key.slice(KEYS.from.length),
      toHex(value).match(new RegExp(`.{${2 * KEY_BYTES}}`, 'g')) ?? [],
    ]),
  );
}

/** @param devices none: see `ComparedWith` */
export function comparedSaved(person: PersonId, devices: readonly Uint8Array[]): Change {
  return { table: 'person', key: KEYS.from + person, value: concat(...devices) };
}

/**
 * @param devices that this person has now
 * @param namesakes who has a name like theirs; they may be one of these themselves
 */
export function comparedAs(
  known: ComparedWith,
  person: PersonId,
  devices: readonly Uint8Array[],
  namesakes: Iterable<PersonId>,
): Compared {
  const then = known.get(person);
  if (!then) return [...namesakes].some((other) => known.get(other)?.length) ? 'namesake' : null;
  if (then.length === 0) return null;
  return devices.every((device) => then.includes(toHex(device))) ? 'same' : 'new-device';
}
