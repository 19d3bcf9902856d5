/** The Store contract on IndexedDB in a real Chromium, plain and sealed, and a real full disk. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { STORE_CONTRACT } from '../src/store/contract.ts';
import type {} from './store-page.ts';

let server: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  const script = await bundle(fileURLToPath(new URL('./store-page.ts', import.meta.url)));
  server = createServer((request, response) => {
    if (request.url === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    } else {
      const body =
        '<!doctype html><title>store</title><script type="module" src="/page.js"></script>';
      response.writeHead(200, { 'content-type': 'text/html' }).end(body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launch();
  context = await browser.newContext();
  page = await openPage(context);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function bundle(input: string): Promise<string> {
  const build = await rolldown({ input, platform: 'browser' });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  return output[0].code;
}

const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function openPage(profile: BrowserContext): Promise<Page> {
  const opened = await profile.newPage();
  await opened.goto(origin());
  await opened.waitForFunction(() => 'storePage' in globalThis);
  return opened;
}

describe.each([
  ['plain', false],
  ['sealed', true],
])('IdbStore, %s, keeps the Store contract in Chromium', (_kind, sealed) => {
  for (const [index, { name }] of STORE_CONTRACT.entries()) {
    it(name, () => page.evaluate(([i, s]) => storePage.runCase(i, s), [index, sealed] as const));
  }
});

describe('IdbStore in Chromium', () => {
  it('refuses a batch past the quota as `full`, keeps the rest and goes on once there is room', async () => {
    const small = await browser.newContext();
    const tab = await openPage(small);
    const devtools = await small.newCDPSession(tab);
    // Chromium asks for the quota when a site first writes, so it has to be set before.
    const setQuota = (quotaSize?: number) =>
      devtools.send('Storage.overrideQuotaForOrigin', {
        origin: origin(),
        ...(quotaSize === undefined ? {} : { quotaSize }),
      });
    const write = (value: number, pieces: number) =>
      tab.evaluate(
        async ([v, count]) => {
          const store = await storePage.open('quota');
          const large = Array.from({ length: count }, (_, i) => ({
            table: 'piece' as const,
            key: `${i}`,
            value: crypto.getRandomValues(new Uint8Array(65_536)),
          }));
          const small = { table: 'log', key: 'a', value: new Uint8Array([v]) } as const;
          const outcome = await store.apply([small, ...large]).then(
            () => 'applied',
            (error: { code: string }) => error.code,
          );
          const kept = (await store.get('log', 'a'))?.[0];
          const stored = (await store.range('piece')).length;
          await store.close();
          return { outcome, kept, stored };
        },
        [value, pieces] as const,
      );
    await setQuota(300_000);
    expect(await write(1, 0)).toEqual({ outcome: 'applied', kept: 1, stored: 0 });
    expect(await write(2, 8)).toEqual({ outcome: 'full', kept: 1, stored: 0 });
    await setQuota();
    expect(await write(3, 8)).toEqual({ outcome: 'applied', kept: 3, stored: 8 });
    await small.close();
  });

  it('tells a tab when another one wipes the store', async () => {
    await page.evaluate(() => storePage.openWatched('wiped'));
    const other = await openPage(context);
    await other.evaluate(async () => (await storePage.open('wiped')).destroy());
    await page.waitForFunction(() => storePage.lost === 'failed');
    await other.close();
  });
});

describe('idbDeviceKey in Chromium', () => {
  it('keeps a key that opens the store after a reload and cannot be exported', async () => {
    await page.evaluate(async () => {
      const store = await storePage.openSealed('kept');
      await store.apply([{ table: 'log', key: 'a', value: new Uint8Array([7, 7]) }]);
    });
    await page.close();
    page = await openPage(context);
    const after = await page.evaluate(async () => {
      const key = await storePage.deviceKey('kept-key').load();
      const exported = await crypto.subtle.exportKey('raw', key as CryptoKey).then(
        () => 'exported',
        (error: Error) => error.name,
      );
      const again = await storePage.refused(storePage.deviceKey('kept-key').create());
      const value = await (await storePage.openSealed('kept')).get('log', 'a');
      return { exported, again: again.code, value: [...(value ?? [])] };
    });
    expect(after).toEqual({ exported: 'InvalidAccessError', again: 'failed', value: [7, 7] });
  });

  it('is gone once the store is destroyed', async () => {
    const left = await page.evaluate(async () => {
      await (await storePage.openSealed('gone')).destroy();
      return storePage.deviceKey('gone-key').load();
    });
    expect(left).toBeUndefined();
  });
});
