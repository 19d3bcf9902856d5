/** The messenger in Node, whose own cryptography spares it the threads of WebCrypto. */
import { nodePrimitives } from '@polynya/crypto/node-primitives';
import type { Messenger } from './api.ts';
import type { Log } from './conversation/world.ts';
import { openMessenger } from './open-messenger.ts';
import type { Store } from './store/store.ts';

/** As `openMessenger`. @throws StoreError */
export function openNodeMessenger(
  store: Store,
  log: Log,
  network?: () => string,
): Promise<Messenger> {
  return openMessenger(store, log, network, nodePrimitives);
}
