/**
 * All that the page holds at first: starts its first script, and where that takes long the service worker beside it. If
 * it stands still on the way, as it does on lines that freeze connections, the service worker brings what the page needs.
 * Built into index.html (build/release.ts).
 */
import { noteFrozen } from './frozen.ts';
import { type Answer, type Ask, KNOWN } from './messages.ts';

/** The first script and the style sheets: filled in by the build. */
declare const __MAIN__: string;
declare const __STYLES__: readonly string[];

/** Without a byte for so long, a connection is taken for frozen, ms. */
const STILL = 5_000;
/** The first script takes longer on a line that is slow, or freezes, ms. */
const LATE = 500;
/** A browser ends a service worker that nobody asks anything for some minutes, ms. */
const AGAIN = 20_000;

/** Brings it into the browser's cache. Whether it stands still on the way. */
function stopped(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const over = new AbortController();
    let timer = 0;
    const heard = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => over.abort(), STILL);
    };
    const read = async () => {
      heard();
      const reader = (await fetch(url, { signal: over.signal })).body?.getReader();
      while ((await reader?.read())?.value) heard();
      clearTimeout(timer);
    };
    read().then(
      () => resolve(false),
      () => resolve(true),
    );
  });
}

/** Whether a service worker looks after what the page needs. One does not as long as nobody stayed to ask it to. */
async function isBrought({ controller }: ServiceWorkerContainer): Promise<boolean> {
  if (!controller) return false;
  return !!(await caches.match('./', { cacheName: KNOWN }).catch(() => undefined));
}

/** Resolves when the service worker has what starts here, and answers for it. */
async function brought(workers: ServiceWorkerContainer): Promise<void> {
  await noteFrozen('./', Date.now());
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
  if (workers.controller) return;
  // It has claimed this page, but the page may hear of it a little after the answer, and would connect by itself until then.
  await new Promise<unknown>((resolve) => {
    workers.oncontrollerchange = resolve;
    setTimeout(resolve, STILL);
  });
}

function add(rel: string, href: string): HTMLLinkElement {
  const link = document.createElement('link');
  document.head.append(Object.assign(link, { rel, href }));
  return link;
}

async function start(): Promise<void> {
  const { serviceWorker: workers } = navigator;
  const main = new URL(__MAIN__, document.baseURI).href;
  if (workers && !(await isBrought(workers))) {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, LATE);
    // By the connection that browsers open ahead of need, while it is there: another would be one more where each counts.
    const registered = late.promise.then(() =>
      workers.register('./sw.js', { updateViaCache: 'all' }),
    );
    registered.catch(() => undefined);
    if (await stopped(main)) {
      late.resolve();
      // Where that does not help, the browser may still have more patience.
      await registered.then(() => brought(workers)).catch(() => undefined);
    } else clearTimeout(timer);
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
