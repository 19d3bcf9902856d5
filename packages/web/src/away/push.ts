/** The browser's side of Web Push (W3C Push API): what it gives out to be reached by, and takes back. */
import type { Messenger } from '@polynya/messenger/api';
import type { PushKeyView } from '@polynya/messenger/push/push-api';
import { beside, pageOf, SENTENCE, TAG } from '../shell/told.ts';

/** Where what this browser may do is remembered: nothing, while the page is open, also when it is closed. */
const KEY = 'polynya-notify';
export type Notify = 'off' | 'open' | 'closed';

export const mayNotify = (): boolean => 'Notification' in globalThis;
export const mayPush = (): boolean => mayNotify() && 'PushManager' in globalThis;

/** What was chosen, as far as the browser still allows it. */
export function notifyChoice(): Notify {
  const kept = localStorage.getItem(KEY);
  const chosen = kept === 'open' || kept === 'closed' ? kept : 'off';
  return mayNotify() && Notification.permission === 'granted' ? chosen : 'off';
}

/**
 * Asks the browser, which may ask the person. 'denied': it does not allow it; 'none': nobody sends to it.
 * @throws Problem, DOMException
 */
export async function choose(
  messenger: Messenger,
  wanted: Notify,
): Promise<'done' | 'denied' | 'none'> {
  if (wanted !== 'off' && (await Notification.requestPermission()) !== 'granted') return 'denied';
  if (wanted === 'closed') {
    const [first] = await messenger.pushKeys([]);
    if (!first) return 'none';
    await subscription(first);
  }
  localStorage.setItem(KEY, wanted);
  if (wanted === 'closed') await renew(messenger);
  else {
    // The browser first: it hears no more of it, also where the server cannot be reached.
    await takeBack();
    await messenger.subscribePush([]);
  }
  return 'done';
}

/** The servers hear that this browser is there, and of chats that are new. @throws Problem */
export async function renew(messenger: Messenger): Promise<void> {
  const given = await subscribed();
  for (const one of await messenger.pushKeys([...given.keys()])) {
    const { server } = one;
    // A browser may want to be asked by hand: then the others are told all the same.
    await subscription(one).then(
      (there) => given.set(server, there),
      () => undefined,
    );
  }
  const views = [...given].map(([server, there]) => {
    const bytes = (name: PushEncryptionKeyName) => new Uint8Array(there.getKey(name) ?? []);
    return { server, endpoint: there.endpoint, key: bytes('p256dh'), auth: bytes('auth') };
  });
  await messenger.subscribePush(views);
}

/** Nothing that this browser gave out leads to it any more. */
export async function takeBack(): Promise<void> {
  for (const there of (await subscribed()).values()) await there.unsubscribe();
  for (const one of await workers()) if (serverOf(one) !== '') await one.unregister();
}

/** Leaves the service worker the words to say it with. */
export async function leaveWords(sentence: string): Promise<void> {
  const cache = await caches.open(SENTENCE);
  const { scope } = await navigator.serviceWorker.ready;
  await cache.put(scope, new Response(sentence));
}

/** Takes away what is shown. */
export async function hideShown(): Promise<void> {
  for (const one of await workers()) {
    for (const shown of await one.getNotifications({ tag: TAG })) shown.close();
  }
}

/** Registrations of the page's service worker: its own, and those beside it. */
async function workers(): Promise<readonly ServiceWorkerRegistration[]> {
  const { scope } = await navigator.serviceWorker.ready;
  const all = await navigator.serviceWorker.getRegistrations();
  return all.filter((one) => pageOf(one.scope) === scope);
}

const serverOf = ({ scope }: ServiceWorkerRegistration) =>
  scope.slice(pageOf(scope).length).split('/')[1] ?? '';

/** What was given out, by server. */
async function subscribed(): Promise<Map<string, PushSubscription>> {
  const given = new Map<string, PushSubscription>();
  for (const one of mayPush() ? await workers() : []) {
    const there = await one.pushManager.getSubscription();
    if (there) given.set(serverOf(one), there);
  }
  return given;
}

/** A registration hears of one key alone: one for another key than this is given back. */
async function subscription({ server, key }: PushKeyView): Promise<PushSubscription> {
  const { pushManager } = await workerFor(server);
  const before = await pushManager.getSubscription();
  const its = new Uint8Array(before?.options.applicationServerKey ?? []);
  if (before && String(its) === String(key)) return before;
  await before?.unsubscribe();
  const applicationServerKey = new Uint8Array(key);
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
}

/** Running: a registration takes no subscription before. */
async function workerFor(server: string): Promise<ServiceWorkerRegistration> {
  const { ready } = navigator.serviceWorker;
  if (server === '') return ready;
  const { scope } = await ready;
  const one = await navigator.serviceWorker.register(`${scope}sw.js`, {
    scope: scope + beside(server),
  });
  const coming = one.active ? null : (one.installing ?? one.waiting);
  if (coming) {
    await new Promise<void>((resolve) => {
      coming.onstatechange = () => coming.state === 'activated' && resolve();
    });
  }
  return one;
}
