/**
 * One account of connections for a whole browser: the engine, its tabs and the service worker tell each other of those
 * they make (HTML section 9.5, BroadcastChannel), and leave them in the browser's cache for whoever starts next. Where
 * connections are counted, two accounts of one line together would make more than it bears.
 */

import { counts, MOST_OPENINGS, type Opening, Openings } from '@polynya/reach/client/openings';
import { OPENINGS_CHANNEL } from './openings-channel.ts';

/** Of the whole origin. Each leaves what it made itself under a name of its own: nobody overwrites what another made meanwhile. */
const KEPT = '/openings/';
/** What a browser opens to a page's host by itself whenever the page is opened, and need not use (count). */
const AHEAD = 2;

export { Openings } from '@polynya/reach/client/openings';

/**
 * Never rejects: where the browser keeps nothing, the account is our own.
 * @param host the page's own @param now ms since 1970
 */
export async function sharedOpenings(
  caches: () => Pick<CacheStorage, 'open'> = () => globalThis.caches,
  host: string = globalThis.location?.host ?? '',
  now: () => number = Date.now,
): Promise<Openings> {
  const openings = new Openings({ host, theirs: AHEAD });
  const channel = new BroadcastChannel(OPENINGS_CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Opening>) => openings.add([data]);
  openings.onNote = (opening) => channel.postMessage(opening);
  try {
    const cache = await caches().open(OPENINGS_CHANNEL);
    for (const left of await cache.keys()) {
      const made = await madeIn(await cache.match(left));
      if (made.some((each) => counts(each, now()))) openings.add(made);
      else await cache.delete(left);
    }
    const key = KEPT + crypto.randomUUID();
    let made: readonly Opening[] = [];
    openings.onNote = (opening) => {
      channel.postMessage(opening);
      made = [...made, opening].slice(-MOST_OPENINGS);
      cache.put(key, new Response(JSON.stringify(made))).catch(() => {
        // No room: whoever starts within this minute does not hear of it.
      });
    };
  } catch {
    // A private window, perhaps: others hear of what we make as long as they run.
  }
  return openings;
}

/** None where a browser kept it badly: nobody else's are lost for that. */
async function madeIn(left: Response | undefined): Promise<readonly Opening[]> {
  try {
    return ((await left?.json()) ?? []) as readonly Opening[];
  } catch {
    return [];
  }
}
