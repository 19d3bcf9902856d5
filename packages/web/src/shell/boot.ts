/**
 * All that the page holds at first: starts its first script. Where that one stands still on the way, as it does on
 * lines that freeze connections, it has a service worker bring what the page needs. Built into index.html
 * (build/release.ts).
 */
import { noteFrozen } from './frozen.ts';
import type { Answer, Ask } from './messages.ts';

/** The first script and the style sheets: filled in by the build. */
declare const __MAIN__: string;
declare const __STYLES__: readonly string[];

/** Without a byte for so long, a connection is taken for frozen, ms. */
const STILL = 5_000;
/** Of the first script, unpacked, where a connection froze: with so many bytes the service worker's script came with room to spare. */
const ENOUGH = 20_000;
/** Tries of a file that all depends on, each over another connection (count): more are policed somewhere. */
const TRIES = 3;
/** A browser ends a service worker that nobody asks anything for some minutes, ms. */
const AGAIN = 20_000;

/** Brings it into the browser's cache. What came of it, in bytes, if it stands still; null once all is there. */
function stopped(url: string): Promise<number | null> {
  return new Promise((resolve) => {
    let came = 0;
    const over = new AbortController();
    let timer = 0;
    const heard = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => over.abort(), STILL);
    };
    const read = async () => {
      heard();
      const reader = (await fetch(url, { signal: over.signal })).body?.getReader();
      for (;;) {
        const next = await reader?.read();
        if (!next?.value) break;
        came += next.value.length;
        heard();
      }
      clearTimeout(timer);
    };
    read().then(
      () => resolve(null),
      () => resolve(came),
    );
  });
}

/** Resolves when a service worker has what starts here. @param came bytes of the first script */
async function brought(workers: ServiceWorkerContainer, came: number): Promise<void> {
  await noteFrozen('./', Date.now());
  // A browser waits for a service worker as long as its connection lives, frozen or not: what is in its cache comes in a packet.
  let left = came < ENOUGH ? TRIES : 0;
  while (left-- > 0 && (await stopped('./sw.js')) !== null);
  await workers.register('./sw.js', { updateViaCache: 'all' });
  const { active } = await workers.ready;
  const key = document.querySelector<HTMLMetaElement>('meta[name=release-key]')?.content ?? '';
  const ask: Ask = { ask: 'load', link: location.href, key };
  const bar = document.createElement('progress');
  document.querySelector('#app')?.append(bar);
  await new Promise<void>((resolve, reject) => {
    const again = () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ('share' in data) bar.value = data.share;
        else {
          clearInterval(timer);
          if ('done' in data) resolve();
          else reject();
        }
      };
      active?.postMessage(ask, [port2]);
    };
    const timer = setInterval(again, AGAIN);
    again();
  });
  bar.remove();
}

function add(rel: string, href: string): HTMLLinkElement {
  const link = document.createElement('link');
  document.head.append(Object.assign(link, { rel, href }));
  return link;
}

async function start(): Promise<void> {
  const { serviceWorker: workers } = navigator;
  const main = new URL(__MAIN__, document.baseURI).href;
  const came = workers && !workers.controller ? await stopped(main) : null;
  if (came !== null) {
    // Where that does not help, the browser may still have more patience.
    await brought(workers, came).catch(() => undefined);
  }
  // Not earlier: every connection counts where they are counted.
  add('icon', './icon.svg');
  add('manifest', './manifest.webmanifest');
  const styles = __STYLES__.map((href) => {
    const link = add('stylesheet', href);
    return new Promise((resolve) => {
      link.onload = link.onerror = resolve;
    });
  });
  await Promise.all(styles);
  await import(/* @vite-ignore */ main);
}

if (isSecureContext) void start();
else {
  const script = document.createElement('script');
  script.src = './secure-context.js';
  document.body.append(script);
}
