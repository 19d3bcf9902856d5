/** Who watches which log, and what of it they are handed: entries after fsync, signals at once. */

import { equal } from '@polynya/protocol/bytes';
import type { Entry, NewEntry } from '@polynya/protocol/requests';
import { keyOf } from '@polynya/reach/key-of';
import type { SessionPort } from '@polynya/reach/server/session-handler';
import type { LogChange } from '../engine/engine.ts';
import { type Access, isLive } from './log-rules.ts';

/** A push has at most this many entries and bytes of bodies; of more, only the head is told. */
const PUSH_ENTRIES = 64;
const PUSH_BYTES = 65_536;

/** One opened log of one session. */
export interface Watcher {
  readonly port: SessionPort;
  /** The client's number for the log. */
  readonly n: number;
  /** The log's id (`keyOf`). */
  readonly key: string;
  readonly access: Access;
  /** Ids of entries that are being appended under `n`, if any are: who sends them has their bodies. */
  own: readonly Uint8Array[] | undefined;
  /** Where it stands among those who watch the log; -1 where it does not. Kept by `Watchers`. */
  place: number;
  /** Whether the log's row has allowed the watch: it is handed entries from the start, signals from then on. */
  allowed: boolean;
}

export class Watchers {
  readonly #byLog = new Map<string, Watcher[]>();

  /** From now on entries are pushed, to whom the log's row allows it; signals after `allow`. */
  add(watcher: Watcher): void {
    if (watcher.place >= 0) return;
    const watchers = this.#byLog.get(watcher.key);
    watcher.place = watchers?.length ?? 0;
    watcher.allowed = false;
    if (watchers) watchers.push(watcher);
    else this.#byLog.set(watcher.key, [watcher]);
  }

  /** The log's row allows this watch, if it has not ended since. */
  allow(watcher: Watcher): void {
    if (watcher.place >= 0) watcher.allowed = true;
  }

  delete(watcher: Watcher): void {
    const { key, place } = watcher;
    const watchers = this.#byLog.get(key);
    const last = watchers?.at(-1);
    if (place < 0 || !watchers || !last) return;
    watchers[place] = last;
    last.place = place;
    watchers.pop();
    watcher.place = -1;
    if (watchers.length === 0) this.#byLog.delete(key);
  }

  /** Hands what was appended to whoever may still see it. A watch that a Commit closed ends here. */
  announce({ log, row, entries }: LogChange): void {
    const watchers = this.#byLog.get(keyOf(log)) ?? [];
    // From the end, because the last takes the place of one that is deleted.
    for (let i = watchers.length - 1; i >= 0; i--) {
      const watcher = watchers[i] as Watcher;
      const { access } = watcher;
      if (isLive(row, access)) tell(watcher, entries, row.head);
      else {
        this.delete(watcher);
        if (access.role === 'member') tell(watcher, readable(entries, access.epoch), undefined);
      }
    }
  }

  /** Hands a signal to everyone who watches the log, except the session that sent it, if that is here. */
  signal(log: Uint8Array, sender: SessionPort | undefined, body: Uint8Array): void {
    for (const { port, n, allowed } of this.#byLog.get(keyOf(log)) ?? []) {
      if (port !== sender && allowed) port.push({ item: 'signal', n, body });
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
  const isOwn = ({ id }: Entry): boolean => own?.some((one) => equal(one, id)) ?? false;
  const entries =
    own && whole.some(isOwn)
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

/** Until what it answers is called, a push to `watcher` leaves out the bodies of these entries. */
export function asOwn(watcher: Watcher, entries: readonly NewEntry[]): () => void {
  const ids = entries.map(({ id }) => id);
  watcher.own = watcher.own ? [...watcher.own, ...ids] : ids;
  return () => {
    const left = watcher.own === ids ? [] : watcher.own?.filter((id) => !ids.includes(id));
    watcher.own = left?.length ? left : undefined;
  };
}
