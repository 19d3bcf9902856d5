/**
 * With whom safety numbers were compared and found to be the same, as this device remembers it. A number follows from
 * two root keys, of which a person's id is one: the record keeps the other, one's own, and holds no longer than both.
 */
import { equal } from '@polynya/protocol/bytes';
import type { PersonId } from '../api.ts';
import type { Store } from '../store/store.ts';

const KEYS = { from: 'verified/', to: 'verified0' };

/** @param root one's own @throws StoreError */
export async function verified(store: Store, root: Uint8Array): Promise<PersonId[]> {
  const kept = await store.range('person', KEYS);
  return kept.flatMap(([key, own]) => (equal(own, root) ? [key.slice(KEYS.from.length)] : []));
}

/** @param root one's own; null: it is forgotten @throws StoreError */
export async function setVerified(
  store: Store,
  person: PersonId,
  root: Uint8Array | null,
): Promise<void> {
  await store.apply([{ table: 'person', key: KEYS.from + person, value: root }]);
}
