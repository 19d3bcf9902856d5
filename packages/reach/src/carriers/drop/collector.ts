/**
 * The server's end of a dead drop (docs/protocol.md section 2): takes the bodies that were left in the folder, leaves
 * their answers, and takes away what nobody came for.
 */
import { type Clock, pause, within } from '../../clock.ts';
import type { Cover } from '../cover.ts';
import { DROPPED, REQUEST } from './drop.ts';
import type { Folder } from './folder.ts';

/** Between one look and the next, in ms: while somebody talks, and when nobody did for a while. */
const LOOK = { often: 1_500, seldom: 10_000, calm: 120_000 };
/** How long a file is left there, in ms. */
const KEPT = 600_000;
/** Bodies under way (count); what is beyond waits in the folder. */
const AT_A_TIME = 32;
/** How long it is tried to leave an answer, in ms: nobody waits longer for it. */
const ANSWERED = 120_000;

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
  /** Of those, what was read; lists go on to show it for a while. */
  let done = new Set<string>();
  let lastAt = clock.now();
  /** What a request to the folder gives. */
  const attempt = <T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | 'failed'> =>
    within(clock, REQUEST, signal, ask).catch(() => 'failed' as const);

  const answer = async (name: string, query: Uint8Array): Promise<void> => {
    const end = clock.now() + ANSWERED;
    const body = cover.openQuery(query);
    const said = body && (await carryOut(new Uint8Array(body)));
    if (!said) return;
    const down = name.slice(0, -DROPPED.up.length) + DROPPED.down;
    const content = cover.coverAnswer(query, said);
    const leave = () => attempt((one) => folder.put(down, content, one));
    while (!signal.aborted && (await leave()) === 'failed' && clock.now() < end)
      await pause(clock, LOOK.often, signal);
  };
  const take = async (name: string): Promise<void> => {
    const query = await attempt((one) => folder.get(name, DROPPED.most, one));
    // What could not be read stays there for the next look.
    if (!(query instanceof Uint8Array)) return;
    done.add(name);
    const drop = (one: AbortSignal) => folder.drop(name, one);
    await Promise.all([answer(name, query), attempt(drop)]);
  };
  const look = async (): Promise<void> => {
    const names = await attempt((one) => folder.list(one));
    if (names === 'failed') return;
    const now = clock.now();
    seen = new Map(names.map((name) => [name, seen.get(name) ?? now]));
    done = new Set(names.filter((name) => done.has(name)));
    for (const [name, at] of seen) {
      const isOurs = /^[0-9a-f]{32}\.[ud]$/.test(name);
      if (isOurs && now - at > KEPT) await attempt((one) => folder.drop(name, one));
      else if (isOurs && name.endsWith(DROPPED.up) && underWay.size < AT_A_TIME) {
        if (underWay.has(name) || done.has(name)) continue;
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
