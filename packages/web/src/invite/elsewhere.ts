/** Another host by which an invite's page can be had now: for people whom the host of the link does not let in. */
import { askWorker } from '../shell/ask.ts';
import { basesIn } from '../shell/bases.ts';
import { opened, type SignedRelease } from '../shell/release.ts';

/** ms: a host that takes longer is of no help to somebody new. */
const PATIENCE = 8_000;

/**
 * The same invite by another of the endpoints that it names, bridges before the server's own: the first that hands out a
 * release signed by the key that this page goes by. Null where there is none.
 */
export async function linkElsewhere(link: string): Promise<string | null> {
  const answer = await askWorker({ ask: 'about' });
  const pinned = answer && 'about' in answer && answer.about?.pinned;
  if (!pinned) return null;
  const { host } = new URL(link);
  // The server's own come first in an invite. One after the other: each is a connection, and they may be counted.
  for (const base of basesIn(link).reverse()) {
    if (new URL(base).host !== host && (await handsOut(base, pinned))) {
      return base + link.slice(link.indexOf('#'));
    }
  }
  return null;
}

async function handsOut(base: string, pinned: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(`${base}release.json`, { cache: 'no-store', signal });
    const signed = (await answer.json()) as SignedRelease;
    return answer.ok && typeof (await opened(signed, pinned, 0)) !== 'string';
  } catch {
    // Not there, or a web site without the page.
    return false;
  }
}
