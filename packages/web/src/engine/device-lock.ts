/** The lock of a browser's store, in the worker that has it open. */
import type { IdbDeviceKey } from '@polynya/messenger/store/idb-device-key';
import { newLock } from '@polynya/messenger/store/lock';
import type { SealedStore } from '@polynya/messenger/store/sealed-store';
import type { LockFacade } from './lock-facade.ts';

export function deviceLock(store: SealedStore, deviceKey: IdbDeviceKey): LockFacade {
  return {
    lockedBy: async () => (await deviceKey.lock())?.by ?? null,
    async lock(way, secret) {
      const { key, lock } = await newLock(way, secret);
      // From here on both keys are there, whenever this stops, until nothing needs the one in clear.
      await deviceKey.setLock(lock);
      await store.sealAnew(key);
      await deviceKey.forgetFormer();
    },
    unlock: () => deviceKey.dropLock(store.key),
  };
}

/** Goes on with what a reload stopped. @throws StoreError */
export async function finishLocking(store: SealedStore, deviceKey: IdbDeviceKey): Promise<void> {
  if (!store.sealing) return;
  await store.sealAnew(store.key);
  await deviceKey.forgetFormer();
}
