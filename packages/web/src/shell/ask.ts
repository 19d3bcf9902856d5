/** Asks the page's service worker. */
import type { Answer, Ask } from './messages.ts';

/** Its answer; null where this page has none, as in private windows of some browsers. */
export function askWorker(
  ask: Ask,
  worker: ServiceWorker | null = navigator.serviceWorker?.controller,
): Promise<Answer | null> {
  if (!worker) return Promise.resolve(null);
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(ask, [port2]);
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
  });
}
