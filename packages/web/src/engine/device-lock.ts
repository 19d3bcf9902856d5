/** The lock of a browser's store, in the worker that has it open. */
import type { IdbDeviceKey } from '@polynya/messenger/store/idb-device-key';
import { newLock } from '@polynya/messenger/store/lock';
import type { SealedStore } from '@polynya/messenger/store/sealed-store';
import { StoreError } from '@polynya/messenger/store/store';
import type { LockFacade } from './lock-facade.ts';

export interface DeviceLock extends LockFacade {
  /** Goes on with what a reload stopped. @throws StoreError */
  finish(): Promise<void>;
}

export function deviceLock(store: SealedStore, deviceKey: IdbDeviceKey): DeviceLock {
  let turn: Promise<unknown> = Promise.resolve();
  const finished = async () => {
    if (!store.sealing) return;
    await store.sealAnew(store.key);
    await deviceKey.forgetFormer();
  };
  // Two keys have their places at most: nothing is changed before all is under one of them.
  const inTurn = (change: () => Promise<void>) => {
    const done = turn.then(finished).then(change);
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    lockedBy: async () => (await deviceKey.lock())?.by ?? null,
    lock: (way, secret) =>
      inTurn(async () => {
        if (await deviceKey.lock()) throw new StoreError('failed', 'there is a lock already');
        const { key, lock } = await newLock(way, secret);
        // From here on both keys are there, whenever this stops, until nothing needs the one in clear.
        await deviceKey.setLock(lock);
        await store.sealAnew(key);
        await deviceKey.forgetFormer();
      }),
    unlock: () => inTurn(() => deviceKey.dropLock(store.key)),
    finish: () => inTurn(async () => undefined),
  };
}
