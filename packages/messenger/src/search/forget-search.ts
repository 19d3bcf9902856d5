/** A chat that is forgotten leaves the index. */
import type { Device } from '../device.ts';
import type { Change } from '../store/store.ts';

/** What is to be stored. */
export async function forgetSearch({ ports }: Device, chat: string): Promise<Change[]> {
  const gone: Change[] = [];
  for (const folder of ['seg', 'dirty']) {
    const range = { from: `${folder}/${chat}/`, to: `${folder}/${chat}0` };
    for (const [key] of await ports.store.range('search', range)) {
      gone.push({ table: 'search', key, value: null });
    }
  }
  return gone;
}
