/**
 * What the service worker shows when word comes by a push service (W3C Push API): that something came. It knows no
 * more than that, and the words are those that the page left for it.
 */
import { WRITER } from '../engine/writer.ts';

/** A cache with one answer: the sentence of a notification, in the language of the page. */
export const SENTENCE = 'polynya-sentence';
/** One notification takes the place of the one before, by whichever way it came. */
export const TAG = 'new';

/**
 * A registration hears of messages of one server's key alone (Push API): the page's own of the home server's, and one
 * beside it of each other server's, below this path of the page.
 */
export const beside = (server: string): string => `push/${server}/`;

/** The page's address. @param scope of its own registration, or of one beside it */
export const pageOf = (scope: string): string => scope.replace(/push\/[0-9a-f]{64}\/$/, '');

/** Who looks at the page sees what came, unless it is locked: then nobody writes. */
export async function tell(self: ServiceWorkerGlobalScope): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const { held = [] } = await self.navigator.locks.query();
  const running = held.some(({ name }) => name === WRITER);
  if (running && pages.some(({ visibilityState }) => visibilityState === 'visible')) return;
  const left = await caches.match(pageOf(self.registration.scope), { cacheName: SENTENCE });
  const sentence = (await left?.text()) ?? 'New message';
  await self.registration.showNotification('Polynya', {
    body: sentence,
    tag: TAG,
    icon: 'icon.svg',
  });
  await (self.navigator as Navigator).setAppBadge?.();
}

/** Shows the page, at the list of chats if it has to be opened. */
export async function open(self: ServiceWorkerGlobalScope): Promise<void> {
  const [page] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  await (page ? page.focus() : self.clients.openWindow(pageOf(self.registration.scope)));
}
