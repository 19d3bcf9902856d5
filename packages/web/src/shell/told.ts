/**
 * What the service worker shows when word comes by a push service (W3C Push API): that something came. It knows no
 * more than that, and the words are those that the page left for it.
 */

/** A cache with one answer: the sentence of a notification, in the language of the page. */
export const SENTENCE = 'polynya-sentence';
/** One notification takes the place of the one before, by whichever way it came. */
export const TAG = 'new';

/** Who looks at the page sees what came. */
export async function tell(self: ServiceWorkerGlobalScope): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.some(({ visibilityState }) => visibilityState === 'visible')) return;
  const left = await caches.match(self.registration.scope, { cacheName: SENTENCE });
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
  await (page ? page.focus() : self.clients.openWindow(self.registration.scope));
}
