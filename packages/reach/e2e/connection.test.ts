/** The client's half in a real Chromium against a real server: both carriers, and what a network does to them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { ServerProcess } from '../../web/e2e/server-process.ts';
import { freeUdpPort } from '../src/test/free-udp-port.ts';
import type { CarrierKind } from './connection-page.ts';
import { Network } from './network.ts';

const network = new Network();
let server: ServerProcess;
let site: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  await network.start();
  const direct = `127.0.0.1:${await freeUdpPort()}/${await freeUdpPort()}`;
  server = await ServerProcess.start(['--public', network.url, '--direct', direct]);
  network.target = Number(new URL(server.page).port);
  const script = await bundle(fileURLToPath(new URL('./connection-page.ts', import.meta.url)));
  site = createServer((request, response) => {
    const [type, body] =
      request.url === '/page.js'
        ? ['text/javascript', script]
        : ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  site?.close();
  network.stop();
  await server?.stop();
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
  await page.waitForFunction(() => 'connectionPage' in globalThis);
});

afterEach(async () => {
  network.resetsUpgrades = false;
  await page.evaluate(() => connectionPage.part());
  await context.close();
});

async function bundle(input: string): Promise<string> {
  const build = await rolldown({ input, platform: 'browser' });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  return output[0].code;
}

const meet = (...kinds: CarrierKind[]) =>
  page.evaluate(([link, by]) => connectionPage.meet(link, by), [server.link, kinds] as const);

const append = (at: number, value: number) =>
  page.evaluate(([m, v]) => connectionPage.member(m).append(v), [at, value] as const);

const told = (at: number) =>
  page.evaluate((m) => {
    const { seen, signals, opened, sessions } = connectionPage.member(m);
    return { seen, signals, opened, sessions };
  }, at);

/** Waits until this member has seen exactly these entries, each once and in this order. */
async function sees(at: number, values: readonly number[]): Promise<void> {
  await expect.poll(async () => (await told(at)).seen, { timeout: 15_000 }).toEqual(values);
}

describe.each<CarrierKind>(['websocket', 'post'])('a connection by %s alone', (kind) => {
  test('appends, and is pushed what another appends and signals', async () => {
    await meet(kind);
    await append(0, 1);
    for (const value of [2, 3, 4]) {
      await append(1, value);
      // One by one, so that each has to be pushed.
      await sees(0, [1, 2, 3, 4].slice(0, value));
    }
    await sees(1, [1, 2, 3, 4]);
    await page.evaluate(() => connectionPage.member(1).signal(9));
    await expect.poll(async () => (await told(0)).signals).toEqual([9]);
    // A carrier that polls opens without anybody there: once to see whether the server answers, once to stay.
    const opened = kind === 'post' ? [kind, kind] : [kind];
    expect(await told(0)).toMatchObject({ opened, sessions: 1 });
  });

  test('goes on with its session after it was offline, with all that was said meanwhile', async () => {
    await meet(kind);
    await append(1, 1);
    await sees(0, [1]);
    await context.setOffline(true);
    network.cut();
    const waiting = append(0, 2);
    const outcome = await Promise.race([
      waiting.then(() => 'answered'),
      page.waitForTimeout(1_500),
    ]);
    expect(outcome).toBeUndefined();
    await context.setOffline(false);
    await waiting;
    await append(1, 3);
    await sees(0, [1, 2, 3]);
    await sees(1, [1, 2, 3]);
    const { opened, sessions } = await told(0);
    expect(sessions).toBe(1);
    expect(opened.length).toBeGreaterThan(1);
  });

  test('gets a new session from a server that was killed, and repeats and loses nothing', async () => {
    await meet(kind);
    await append(0, 1);
    await sees(0, [1]);
    await server.kill();
    const waiting = append(0, 2);
    await server.restart();
    await waiting;
    await append(1, 3);
    await sees(0, [1, 2, 3]);
    await sees(1, [1, 2, 3]);
    expect((await told(0)).sessions).toBe(2);
  });
});

test('a page reaches a server by WebRTC-Direct, with nothing but an invite, and is pushed what another says', async () => {
  await meet('webrtc-direct');
  await append(0, 1);
  await append(1, 2);
  await sees(0, [1, 2]);
  await sees(1, [1, 2]);
  expect(await told(0)).toMatchObject({ opened: ['webrtc-direct'], sessions: 1 });
});

test('who has a poor line is carried on by a volunteer’s tab, which counts what it carried and can be stopped', async () => {
  const helper = await browser.newContext({ locale: 'ru' });
  const tab = await helper.newPage();
  await tab.goto(server.link.replace('#', '#lend.'));
  await tab.getByRole('checkbox').check();
  await tab.getByRole('button', { name: 'Начать' }).click();
  await tab.getByText('Вы делитесь связью').waitFor();
  await meet('poor', 'volunteer');
  await append(0, 1);
  await expect.poll(async () => (await told(0)).opened.at(-1)).toBe('volunteer');
  // Nothing but WebRTC is left to it.
  await context.setOffline(true);
  await append(0, 2);
  await append(0, 3);
  await sees(0, [1, 2, 3]);
  await context.setOffline(false);
  await append(1, 4);
  await sees(0, [1, 2, 3, 4]);
  await sees(1, [1, 2, 3, 4]);
  const counted = tab.locator('dl dd');
  await expect.poll(() => counted.allInnerTexts()).toEqual(['1', '1', expect.stringMatching(/кБ/)]);
  await tab.getByRole('button', { name: 'Остановить' }).click();
  await tab.getByText('Вы больше не делитесь связью').waitFor();
  await append(1, 5);
  await sees(0, [1, 2, 3, 4, 5]);
  expect((await told(0)).sessions).toBe(1);
  await helper.close();
});

test('a session moves from WebSocket to POST where WebSockets begin to be reset', async () => {
  await meet('websocket', 'post');
  await append(0, 1);
  await sees(0, [1]);
  expect((await told(0)).opened).toEqual(['websocket']);
  network.resetsUpgrades = true;
  network.cut();
  await append(0, 2);
  await append(0, 3);
  await sees(0, [1, 2, 3]);
  const { opened, sessions } = await told(0);
  expect({ last: opened.at(-1), sessions }).toEqual({ last: 'post', sessions: 1 });
  network.resetsUpgrades = false;
  await append(1, 4);
  await sees(0, [1, 2, 3, 4]);
});
