/** Runs in the browser, ahead of the page: puts what stored.ts made into its store, sealed as the page seals it. */
import { idbDeviceKey } from '@polynya/messenger/store/idb-device-key';
import { openIdbStore } from '@polynya/messenger/store/idb-store';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';
import { type Change, TABLES } from '@polynya/messenger/store/store';
import { KEY_DATABASE } from '../../packages/web/src/engine/phases.ts';

const BATCH = 2_000;

async function fill(): Promise<void> {
  const bytes = new Uint8Array(await (await fetch('./stored')).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const store = await openSealedStore(await openIdbStore('polynya'), idbDeviceKey(KEY_DATABASE));
  let batch: Change[] = [];
  for (let at = 0; at < bytes.length; ) {
    const table = TABLES[view.getUint8(at)];
    if (table === undefined) throw new Error('there is no such table');
    const value = at + 7 + view.getUint16(at + 1);
    const end = value + view.getUint32(at + 3);
    const key = new TextDecoder().decode(bytes.subarray(at + 7, value));
    batch.push({ table, key, value: bytes.slice(value, end) });
    at = end;
    if (batch.length < BATCH && at < bytes.length) continue;
    await store.apply(batch);
    document.title = `${Math.floor((100 * at) / bytes.length)} %`;
    batch = [];
  }
  await store.close();
}

fill().then(
  () => {
    document.title = 'filled';
  },
  (error: unknown) => {
    document.title = `failed: ${String(error)}`;
  },
);
