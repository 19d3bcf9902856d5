/** Who watches which log, and what of it they are handed: entries after fsync, signals at once. */

import type { Entry, NewEntry } from '@polynya/protocol/requests';
import type { SessionPort } from '@polynya/reach/session-handler';
import type { LogChange } from './engine.ts';
import { type Access, isLive } from './log-rules.ts';

/** A push has at most this many entries and bytes of bodies; of more, only the head is told. */
const PUSH_ENTRIES = 64;
const PUSH_BYTES = 65_536;

/** One opened log of one session. */
export interface Watcher {
  readonly port: SessionPort;
  /** The client's number for the log. */
  readonly n: number;
  readonly access: Access;
  /** Ids (`keyOf`) of entries that are being appended under `n`: who sends them has their bodies. */
  readonly own: Set<string>;
}

export const keyOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** What a watch is handed: entries from the start, signals once the log's row allowed it. */
type Watch = 'asked' | 'allowed';

export class Watchers {
  readonly #byLog = new Map<string, Map<Watcher, Watch>>();

  /** From now on entries are pushed, to whom the log's row allows it; signals after `allow`. */
  add(log: Uint8Array, watcher: Watcher): void {
    const key = keyOf(log);
    const watchers = this.#byLog.get(key);
    if (!watchers) this.#byLog.set(key, new Map([[watcher, 'asked']]));
    else if (!watchers.has(watcher)) watchers.set(watcher, 'asked');
  }

  /** The log's row allows this watch, if it has not ended since. */
  allow(log: Uint8Array, watcher: Watcher): void {
    const watchers = this.#byLog.get(keyOf(log));
    if (watchers?.has(watcher)) watchers.set(watcher, 'allowed');
  }

  delete(log: Uint8Array, watcher: Watcher): void {
    const key = keyOf(log);
    const watchers = this.#byLog.get(key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#byLog.delete(key);
  }

  /** Hands what was appended to whoever may still see it. A watch that a Commit closed ends here. */
  announce({ log, row, entries }: LogChange): void {
    for (const watcher of this.#byLog.get(keyOf(log))?.keys() ?? []) {
      const { access } = watcher;
      if (isLive(row, access)) tell(watcher, entries, row.head);
      else {
        this.delete(log, watcher);
        if (access.role === 'member') tell(watcher, readable(entries, access.epoch), undefined);
      }
    }
  }

  /** Hands a signal to everyone who watches the log, except the session that sent it, if that is here. */
  signal(log: Uint8Array, sender: SessionPort | undefined, body: Uint8Array): void {
    for (const [{ port, n }, watch] of this.#byLog.get(keyOf(log)) ?? []) {
      if (port !== sender && watch === 'allowed') port.push({ item: 'signal', n, body });
    }
  }

  /** Logs that somebody watches. */
  get size(): number {
    return this.#byLog.size;
  }
}

/** What of new entries a capability that was just closed still opens: up to the first of a later epoch. */
function readable(entries: readonly Entry[], epoch: number): readonly Entry[] {
  const end = entries.findIndex((entry) => entry.epoch > epoch);
  return end < 0 ? entries : entries.slice(0, end);
}

/** All who are told the same entries are handed the same list: it is encoded once for them. */
function tell(watcher: Watcher, whole: readonly Entry[], head: number | undefined): void {
  const { port, n, own } = watcher;
  const isOwn = ({ id }: Entry): boolean => own.size > 0 && own.has(keyOf(id));
  const entries = whole.some(isOwn)
    ? whole.map((entry) => (isOwn(entry) ? bodiless(entry) : entry))
    : whole;
  const last = entries.at(-1);
  if (!last) return;
  if (entries.length <= PUSH_ENTRIES && bytesOf(entries) <= PUSH_BYTES) {
    port.push({ item: 'push', n, entries: entries as Entry[] });
  } else port.push({ item: 'nudge', n, head: head ?? last.seq });
}

const bytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { body }) => sum + body.length, 0);

const bodiless = (entry: Entry): Entry => ({ ...entry, body: new Uint8Array(0) });

/** As long as `storing` lasts, a push to `opened` leaves out the bodies of these entries. */
export function asOwn<T, R>(
  { own }: Watcher,
  entries: readonly NewEntry[],
  storing: Promise<T>,
  stored: (outcome: T) => R,
): Promise<R> {
  const ids = entries.map(({ id }) => keyOf(id));
  for (const id of ids) own.add(id);
  const over = (): void => {
    for (const id of ids) own.delete(id);
  };
  return storing.then(
    (outcome) => {
      over();
      return stored(outcome);
    },
    (error: unknown) => {
      over();
      throw error;
    },
  );
}
