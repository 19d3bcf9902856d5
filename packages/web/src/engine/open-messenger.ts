/** The messenger of a browser: its store is IndexedDB, sealed under a key that cannot be taken out, or is locked. */
import type { Messenger } from '@polynya/messenger/api';
import { keyPassed } from '@polynya/messenger/carry/keys';
import { sharedOpenings } from '@polynya/messenger/line/shared-openings';
import { type Dial, throughPage } from '@polynya/messenger/line/through-page';
import { openMessenger as openOn } from '@polynya/messenger/open-messenger';
import { idbDeviceKey } from '@polynya/messenger/store/idb-device-key';
import { openIdbStore } from '@polynya/messenger/store/idb-store';
import type { Unlocked } from '@polynya/messenger/store/lock';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';
import { isFrozen } from '../shell/frozen.ts';
import { deviceLock } from './device-lock.ts';
import type { LockFacade } from './lock-facade.ts';
import { KEY_DATABASE } from './phases.ts';

/**
 * @param dial by WebRTC, which the page has and workers have not
 * @param unlocked the device key, where it is locked
 * @param lateTrouble hears why the chats could not be read, whose list is shown before that
 * @throws StoreError
 */
export async function openMessenger(
  dial: Dial,
  unlocked: Unlocked | undefined,
  lateTrouble: (error: unknown) => void,
): Promise<Messenger & LockFacade> {
  const deviceKey = idbDeviceKey(KEY_DATABASE, unlocked);
  const store = await openSealedStore(await openIdbStore('polynya'), deviceKey);
  // A page that had to come in slices shows what its line needs; ours are one folder below it.
  const freezes = await isFrozen('../', Date.now());
  const messenger = await openOn(store, (line) => console.info(line), {
    carriers: throughPage(dial),
    openings: await sharedOpenings(),
    freezes,
    lateTrouble,
    turned: (chat, before, after) => keyPassed({ store, now: Date.now() }, chat, before, after),
  });
  const lock = deviceLock(store, deviceKey);
  lock.finish().catch((error: unknown) => console.info(String(error)));
  return Object.assign(messenger, lock);
}
