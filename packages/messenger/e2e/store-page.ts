/** The page of `store.test.ts`: the stores and their contract, handed to the test by name. */
import { refused, STORE_CONTRACT } from '../src/store/contract.ts';
import { idbDeviceKey } from '../src/store/idb-device-key.ts';
import { openIdbStore } from '../src/store/idb-store.ts';
import { openSealedStore } from '../src/store/sealed-store.ts';
import type { Store } from '../src/store/store.ts';

const open = (name: string): Promise<Store> => openIdbStore(name);
const openSealed = async (name: string): Promise<Store> =>
  openSealedStore(await openIdbStore(name), idbDeviceKey(`${name}-key`));

const page = {
  open,
  openSealed,
  refused,
  deviceKey: idbDeviceKey,
  async runCase(index: number, sealed: boolean): Promise<void> {
    const name = crypto.randomUUID();
    await STORE_CONTRACT[index]?.run(() => (sealed ? openSealed(name) : open(name)));
  },
  /** Opens a store and closes nothing, as a tab does; `lost` is why it was taken away. */
  lost: undefined as string | undefined,
  openWatched: (name: string): Promise<Store> =>
    openIdbStore(name, {
      onLost: ({ code }) => {
        page.lost = code;
      },
    }),
};

export type StorePage = typeof page;
declare global {
  var storePage: StorePage;
}
globalThis.storePage = page;
