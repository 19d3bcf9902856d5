/** The messenger over a profile's folder: its database, and beside it the key that the database is sealed under. */
import { join } from 'node:path';
import { type NodeMessenger, openNodeMessenger } from '@polynya/messenger/open-node-messenger';
import { fileDeviceKey } from '@polynya/messenger/store/file-device-key';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';
import { openSqliteStore } from '@polynya/messenger/store/sqlite-store';
import { networkHere } from './network.ts';

/**
 * Opens the profile in `folder`, made if need be and locked until `close`, after which nothing of it runs.
 * @param log lines without names, texts, ids or secrets
 * @throws StoreError
 */
export async function openProfile(
  folder: string,
  log: (line: string) => void,
): Promise<NodeMessenger> {
  const database = await openSqliteStore(join(folder, 'messenger.db'));
  try {
    const store = await openSealedStore(database, fileDeviceKey(join(folder, 'device.key')));
    return await openNodeMessenger(store, log, networkHere);
  } catch (error) {
    await database.close();
    throw error;
  }
}
