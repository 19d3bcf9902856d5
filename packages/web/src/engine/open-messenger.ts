/** The messenger of a browser: its store is IndexedDB, sealed under a key that cannot be taken out. */
import type { Messenger } from '@polynya/messenger/api';
import { type Dial, throughPage } from '@polynya/messenger/line/through-page';
import { openMessenger as openOn } from '@polynya/messenger/open-messenger';
import { idbDeviceKey } from '@polynya/messenger/store/idb-device-key';
import { openIdbStore } from '@polynya/messenger/store/idb-store';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';

/** @param dial by WebRTC, which the page has and workers have not. @throws StoreError */
export async function openMessenger(dial: Dial): Promise<Messenger> {
  const store = await openSealedStore(await openIdbStore('polynya'), idbDeviceKey('polynya-key'));
  return openOn(store, (line) => console.info(line), {
    carriers: [throughPage(dial)],
  });
}
