/** The messenger over this machine's own store, key, clock and randomness. */
import { join } from 'node:path';
import type { Messenger } from '@polynya/messenger/api';
import { fileDeviceKey } from '@polynya/messenger/store/file-device-key';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';
import { openSqliteStore } from '@polynya/messenger/store/sqlite-store';

/**
 * Opens the profile in `folder`, making it if need be; it is locked until the messenger is closed.
 * @throws StoreError
 */
export async function openMessenger(folder: string): Promise<Messenger> {
  const database = await openSqliteStore(join(folder, 'messenger.db'));
  try {
    const store = await openSealedStore(database, fileDeviceKey(join(folder, 'device.key')));
    throw new Error(`not yet ${store}`);
  } catch (error) {
    await database.close();
    throw error;
  }
}
