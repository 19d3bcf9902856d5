/**
 * The messenger in Node, whose own cryptography spares it the threads of WebCrypto, and which can be carried past the
 * server by hand.
 */
import { nodePrimitives } from '@polynya/crypto/node-primitives';
import type { Messenger } from './api.ts';
import { Carry } from './carry/carry.ts';
import type { Log } from './conversation/world.ts';
import type { Device } from './device.ts';
import { openMessenger } from './open-messenger.ts';
import type { Store } from './store/store.ts';

export interface NodeMessenger extends Messenger {
  readonly carry: Carry;
}

/** As `openMessenger`. @throws StoreError */
export async function openNodeMessenger(
  store: Store,
  log: Log,
  network?: () => string,
): Promise<NodeMessenger> {
  let carry: Carry | undefined;
  const messenger = await openMessenger(store, log, {
    ...(network && { network }),
    primitives: nodePrimitives,
    opened: (device: Device) => {
      carry = new Carry(device);
    },
  });
  if (!carry) throw new Error('opened without a device');
  return Object.assign(messenger, { carry });
}
