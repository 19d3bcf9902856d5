/**
 * Messages that go by themselves (docs/protocol.md section 8, `wrapped`). When each goes stands in a table of its own,
 * written with its row: so a restart, or a device that was off, only delays it, and nothing that is over is kept.
 */
import type { Clock } from '@polynya/reach/clock';
import type { PersonId } from '../api.ts';
import type { Device } from '../device.ts';
import type { Store } from '../store/store.ts';
import type { Draft } from './draft.ts';
import { hide } from './hiding.ts';

/** ms: a clock may be set, and a machine may sleep. */
const LOOK_AGAIN = 3_600_000;
/** Taken off at once. */
const AT_ONCE = 64;

/** Of a device. */
type Watched = Pick<Device, 'changes' | 'closing' | 'timeline'> & {
  readonly ports: Pick<Device['ports'], 'log'> & {
    readonly store: Pick<Store, 'range' | 'apply'>;
    readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  };
};

/** Looks after whatever goes by itself until the device closes. @returns looks now */
export function watchExpiry({ ports, changes, closing, timeline }: Watched): () => void {
  const { store, clock, log } = ports;
  let cancel: () => void = () => undefined;
  let running = false;
  let again = false;
  const run = async () => {
    for (;;) {
      const due = await store.range('expiry', { limit: AT_ONCE });
      const now = clock.now();
      const over = due.filter(([key]) => atOf(key) <= now);
      if (over.length === 0) {
        const [[first] = [null]] = due;
        cancel();
        if (first !== null)
          cancel = clock.setTimeout(look, Math.min(LOOK_AGAIN, atOf(first) - now));
        return;
      }
      const chats = Map.groupBy(over, ([key]) => key.split('/')[1] ?? '');
      for (const [chat, rows] of chats) {
        const keys = rows.map(([key]) => key);
        await timeline.locked(chat, async () => store.apply(await timeline.expire(chat, keys)));
        changes.touchChat(chat);
      }
    }
  };
  const look = () => {
    // What came meanwhile may not be among what was read.
    again = running;
    if (running || closing.aborted) return;
    running = true;
    run()
      .catch((error: unknown) =>
        log(`what is over waits: ${error instanceof Error ? error.name : ''}`),
      )
      .finally(() => {
        running = false;
        if (again) look();
      });
  };
  changes.on(['chats'], look);
  closing.addEventListener('abort', () => cancel());
  return look;
}

/** @param due keys of the table */
export async function expire(draft: Draft, due: readonly string[], me: PersonId): Promise<void> {
  for (const key of due) {
    draft.put('expiry', key, null);
    const row = await draft.row(key.slice(key.indexOf('/') + 1));
    if (row?.row !== 'message') continue;
    if (row.mine && row.file) await draft.eraseFile(row.id, row.file);
    await hide(draft, row.id, me);
  }
}

function atOf(key: string): number {
  return Number(key.slice(0, key.indexOf('/')));
}
