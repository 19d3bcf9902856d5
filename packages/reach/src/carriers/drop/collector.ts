/**
 * The server's end of a dead drop (docs/protocol.md section 2): takes the bodies that were left in the folder, leaves
 * their answers, and takes away what nobody came for.
 */
import { type Clock, pause } from '../../clock.ts';
import type { Cover } from '../cover.ts';
import { DROPPED } from './drop.ts';
import type { Folder } from './folder.ts';

/** Between one look and the next, in ms: while somebody talks, and when nobody did for a while. */
const LOOK = { often: 1_500, seldom: 10_000, calm: 120_000 };
/** How long a file is left there, in ms. */
const KEPT = 600_000;
/** Bodies under way (count); what is beyond waits in the folder. */
const AT_A_TIME = 32;
/** Of one request to the folder, in ms. */
const REQUEST = 30_000;

export interface CollectorOptions {
  readonly folder: Folder;
  readonly cover: Cover;
  readonly clock: Clock;
  /** Carries a body out: its answer, or null if nothing in it is for the server. Never rejects. */
  readonly carryOut: (body: Uint8Array<ArrayBuffer>) => Promise<Uint8Array | null>;
}

export interface Collector {
  close(): Promise<void>;
}

/** Looks until it is closed; a folder that cannot be reached is looked at again. */
export function collect({ folder, cover, clock, carryOut }: CollectorOptions): Collector {
  const closing = new AbortController();
  const { signal } = closing;
  /** When each file was seen first. */
  let seen = new Map<string, number>();
  const underWay = new Set<string>();
  let lastAt = clock.now();
  const within = () => AbortSignal.any([signal, AbortSignal.timeout(REQUEST)]);
  /** What cannot be done now is done at the next look. */
  const quietly = <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null);

  const take = async (name: string): Promise<void> => {
    const query = await quietly(folder.get(name, DROPPED.most, within()));
    await quietly(folder.drop(name, within()));
    const body = query && cover.openQuery(query);
    const answer = body && (await carryOut(new Uint8Array(body)));
    if (!query || !answer || signal.aborted) return;
    const down = name.slice(0, -DROPPED.up.length) + DROPPED.down;
    await quietly(folder.put(down, cover.coverAnswer(query, answer), within()));
  };
  const look = async (): Promise<void> => {
    const names = await quietly(folder.list(within()));
    if (!names) return;
    const now = clock.now();
    seen = new Map(names.map((name) => [name, seen.get(name) ?? now]));
    for (const [name, at] of seen) {
      const isOurs = /^[0-9a-f]{32}\.[ud]$/.test(name);
      if (isOurs && now - at > KEPT) await quietly(folder.drop(name, within()));
      else if (isOurs && name.endsWith(DROPPED.up) && underWay.size < AT_A_TIME) {
        if (underWay.has(name)) continue;
        lastAt = now;
        underWay.add(name);
        void take(name).finally(() => underWay.delete(name));
      }
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look();
      const calm = clock.now() - lastAt > LOOK.calm;
      await pause(clock, calm ? LOOK.seldom : LOOK.often, signal);
    }
  };
  const running = run();
  return {
    close: async () => {
      closing.abort();
      await running;
    },
  };
}
