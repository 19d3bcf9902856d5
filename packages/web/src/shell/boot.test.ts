/** When the first script of a page is brought by the service worker, and when the page does not look after it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Ask, KNOWN } from './messages.ts';

const MAIN = 'data:text/javascript,';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** What a page asks its service worker for, on a line on which nothing comes. */
async function asked({ known }: { readonly known: boolean }): Promise<string[]> {
  const heard: string[] = [];
  const worker = {
    postMessage: ({ ask }: Ask, [port]: MessagePort[]) => {
      heard.push(ask);
      port?.postMessage({ done: true });
      port?.close();
    },
  };
  const workers = {
    controller: worker,
    ready: Promise.resolve({ active: worker }),
    register: async () => undefined,
  };
  const element = () => ({ append: () => undefined, remove: () => undefined });
  vi.stubGlobal('__MAIN__', MAIN);
  vi.stubGlobal('__STYLES__', []);
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('navigator', { serviceWorker: workers });
  vi.stubGlobal('location', { href: 'https://chat.example/' });
  vi.stubGlobal('document', {
    ...{ baseURI: 'https://chat.example/', head: element() },
    ...{ createElement: element, querySelector: element },
  });
  vi.stubGlobal('caches', {
    open: async () => ({ put: async () => undefined }),
    match: async (_: string, { cacheName }: CacheQueryOptions & { cacheName: string }) =>
      cacheName === KNOWN && known ? new Response('{}') : undefined,
  });
  const fetched = vi.fn(
    (_: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  vi.stubGlobal('fetch', fetched);
  await import('./boot.ts');
  await vi.advanceTimersByTimeAsync(6_000);
  expect(fetched).toHaveBeenCalledTimes(known ? 0 : 1);
  return heard;
}

test('where the service worker knows the page, the page leaves all to it', async () => {
  expect(await asked({ known: true })).toEqual([]);
});

test('one that was closed before its service worker knew anything has it bring what stands still', async () => {
  expect(await asked({ known: false })).toEqual(['load']);
});
