/** The browser's side of Web Push (W3C Push API): what it gives out to be reached by, and takes back. */
import type { Messenger } from '@polynya/messenger/api';
import { SENTENCE } from '../shell/told.ts';

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
    const key = await messenger.pushKey();
    if (!key) return 'none';
    await subscription(key);
  }
  localStorage.setItem(KEY, wanted);
  if (wanted === 'closed') await renew(messenger);
  else {
    // The browser first: it hears no more of it, also where the server cannot be reached.
    await (await subscribed())?.unsubscribe();
    await messenger.subscribePush(null);
  }
  return 'done';
}

/** The server hears that this browser is there, and of chats that are new. @throws Problem */
export async function renew(messenger: Messenger): Promise<void> {
  const there = await subscribed();
  if (!there) return;
  const { endpoint } = there;
  const bytes = (name: PushEncryptionKeyName) => new Uint8Array(there.getKey(name) ?? []);
  await messenger.subscribePush({ endpoint, key: bytes('p256dh'), auth: bytes('auth') });
}

/** Leaves the service worker the words to say it with. */
export async function leaveWords(sentence: string): Promise<void> {
  const cache = await caches.open(SENTENCE);
  const { scope } = await navigator.serviceWorker.ready;
  await cache.put(scope, new Response(sentence));
}

const manager = async () => (await navigator.serviceWorker.ready).pushManager;
const subscribed = async () => (mayPush() ? (await manager()).getSubscription() : null);

/** For this key: one for another server's is given back. */
async function subscription(key: Uint8Array): Promise<void> {
  const before = await subscribed();
  if (String(new Uint8Array(before?.options.applicationServerKey ?? [])) === String(key)) return;
  await before?.unsubscribe();
  const applicationServerKey = new Uint8Array(key);
  await (await manager()).subscribe({ userVisibleOnly: true, applicationServerKey });
}
