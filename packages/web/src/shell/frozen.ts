/** That the line freezes connections: whoever of page, service worker and engine sees it leaves it in the browser's cache for all. */

const NAME = 'polynya-frozen';
/** So long a line that froze connections is taken to do so still, in ms. */
const FOR = 3_600_000;

/** @param scope of the page, as seen from the script @param now ms since 1970 */
export async function noteFrozen(scope: string, now: number): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.put(scope, new Response(String(now)));
}

/** Whether it was seen of late; false where the browser keeps nothing. */
export async function isFrozen(scope: string, now: number): Promise<boolean> {
  // A private window, perhaps.
  const noted = await caches.match(scope, { cacheName: NAME }).catch(() => undefined);
  return now - Number((await noted?.text()) ?? 0) < FOR;
}
