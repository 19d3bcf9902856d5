/**
 * One account of connections for a whole browser: the engine, its tabs and the service worker tell each other of those
 * they make (HTML section 9.5, BroadcastChannel), and leave them in the browser's cache for whoever starts next. Where
 * connections are counted, two accounts of one line together would make more than it bears.
 */
import { type Opening, Openings } from '@polynya/reach/openings';

const NAME = 'polynya-openings';
/** Of the whole origin. */
const KEPT = '/openings';
/** What a browser opens to a page's host by itself whenever the page is opened, and need not use (count). */
const AHEAD = 2;

export { Openings } from '@polynya/reach/openings';

/** Never rejects: where the browser keeps nothing, the account is our own. @param host the page's own */
export async function sharedOpenings(
  caches: () => Pick<CacheStorage, 'open'> = () => globalThis.caches,
  host: string = globalThis.location?.host ?? '',
): Promise<Openings> {
  const openings = new Openings({ host, theirs: AHEAD });
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }: MessageEvent<Opening>) => openings.add([data]);
  openings.onNote = (opening) => channel.postMessage(opening);
  try {
    const cache = await caches().open(NAME);
    openings.add(((await (await cache.match(KEPT))?.json()) ?? []) as Opening[]);
    openings.onNote = (opening) => {
      channel.postMessage(opening);
      const kept = new Response(JSON.stringify(openings.all));
      cache.put(KEPT, kept).catch(() => {
        // No room: whoever starts within this minute does not hear of it.
      });
    };
  } catch {
    // A private window, perhaps: others hear of what we make as long as they run.
  }
  return openings;
}
