/** Where the addresses of hosts known by name are kept over restarts: under the store's seal, as what leads to servers is. */
import type { AddressMemory } from '@polynya/reach/carriers/by-name/known-addresses';
import { type Store, StoreError } from '../store/store.ts';

const KEY = 'addresses';

export function addressMemory(store: Store): AddressMemory {
  return {
    async load() {
      try {
        return await store.get('self', KEY);
      } catch (error) {
        // Closed meanwhile, perhaps: the resolver is asked.
        if (error instanceof StoreError) return undefined;
        throw error;
      }
    },
    save(encoded) {
      store.apply([{ table: 'self', key: KEY, value: encoded }]).catch(() => {
        // Only a saving: what is not remembered is asked for.
      });
    },
  };
}
