/** The messenger of a browser: its store is IndexedDB, sealed under a key that cannot be taken out. */
import type { Messenger } from '@polynya/messenger/api';
import { openMessenger as openOn } from '@polynya/messenger/open-messenger';
import { idbDeviceKey } from '@polynya/messenger/store/idb-device-key';
import { openIdbStore } from '@polynya/messenger/store/idb-store';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';

/** @throws StoreError */
export async function openMessenger(): Promise<Messenger> {
  const store = await openSealedStore(await openIdbStore('polynya'), idbDeviceKey('polynya-key'));
  return openOn(store, (line) => console.info(line));
}
