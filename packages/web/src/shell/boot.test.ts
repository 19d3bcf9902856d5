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

interface Given {
  /** Whether the service worker knows which release there is. */
  readonly known: boolean;
  /** Whether it looked after the page when that was opened. */
  readonly controlled?: boolean;
}

/** What a page asks its service worker for, on a line on which nothing comes, and which links it adds. */
async function page({ known, controlled = true }: Given) {
  const heard: string[] = [];
  const added: string[] = [];
  const worker = {
    postMessage: ({ ask }: Ask, [port]: MessagePort[]) => {
      heard.push(ask);
      port?.postMessage({ done: true });
      port?.close();
    },
  };
  const workers = {
    controller: controlled ? worker : null,
    oncontrollerchange: undefined as (() => void) | undefined,
    ready: Promise.resolve({ active: worker }),
    register: async () => undefined,
  };
  const element = () => ({
    append: ({ rel }: { rel?: string }) => rel !== undefined && added.push(rel),
    remove: () => undefined,
  });
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
  return Object.assign(workers, { heard, added, fetched });
}

test('where the service worker knows the page, the page leaves all to it', async () => {
  const { heard, fetched } = await page({ known: true });
  await vi.advanceTimersByTimeAsync(6_000);
  expect(fetched).not.toHaveBeenCalled();
  expect(heard).toEqual([]);
});

test('what starts is not asked for before the service worker answers for the page', async () => {
  const workers = await page({ known: false, controlled: false });
  await vi.advanceTimersByTimeAsync(6_000);
  expect(workers.heard).toEqual(['load']);
  expect(workers.added).toEqual([]);
  workers.oncontrollerchange?.();
  await vi.advanceTimersByTimeAsync(10);
  expect(workers.added).toEqual(['icon', 'manifest']);
});

test('one that was closed before its service worker knew anything has it bring what stands still', async () => {
  const { heard, fetched } = await page({ known: false });
  await vi.advanceTimersByTimeAsync(6_000);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(heard).toEqual(['load']);
});
