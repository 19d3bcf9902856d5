/** Browsers on a profile that holds the stored chats, and what may be asked of a page in one. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { chromiumOptions } from '../../scripts/chromium.ts';
import { type Site, serveSite } from './site.ts';
import { makeStored } from './stored.ts';

const root = join(import.meta.dirname, '..', '..');
export const DIST = join(root, 'packages', 'web', 'dist');
const CACHE = join(root, '.cache', 'bench', 'web');
/** ms: for a store of this size and a slowed processor. */
const PATIENCE = 1_800_000;
export const SLOWED = 4;

/** Runs in each page before its scripts: keeps the engine's port, by which `ask` calls it as the page does. */
function keepPort(): void {
  const all = globalThis as unknown as {
    Worker: typeof Worker;
    ask(method: string, ...args: unknown[]): Promise<unknown>;
  };
  const port = Promise.withResolvers<MessagePort>();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 1e9;
  all.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', ({ data }) => {
        if (data?.phase !== 'running') return;
        data.port.addEventListener('message', ({ data: told }: MessageEvent) => {
          if (told.tell === 'answer') waiting.get(told.id)?.resolve(told.value);
          else if (told.tell === 'problem') waiting.get(told.id)?.reject(new Error(told.code));
          waiting.delete(told.id);
        });
        port.resolve(data.port);
      });
    }
  };
  all.ask = async (method, ...args) => {
    const answer = Promise.withResolvers<unknown>();
    const id = next++;
    waiting.set(id, answer);
    (await port.promise).postMessage({ ask: 'call', id, method, args });
    return answer.promise;
  };
}

/** A new window; `profile`: a folder that outlives it. */
export async function openBrowser(profile: string): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(profile, {
    ...chromiumOptions(),
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    // What is measured is the page, not how it is kept.
    serviceWorkers: 'block',
  });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(keepPort);
  return context;
}

export interface Filled {
  readonly context: BrowserContext;
  readonly site: Site;
  readonly url: string;
}

/** The browser of somebody who has so many chats, without a line to a server; made once, kept under .cache/bench. */
export async function openFilled(chats: number): Promise<Filled> {
  const folder = join(CACHE, String(chats));
  const [stored, portFile] = [join(folder, 'stored'), join(folder, 'port')];
  if (!existsSync(stored)) {
    process.stderr.write(`Making a store of ${chats} chats…\n`);
    await makeStored(stored, chats);
  }
  const filler = await fillScript();
  const page = join(folder, 'fill.html');
  writeFileSync(page, `<!doctype html><script type="module">${filler}</script>`);
  const kept = existsSync(portFile);
  const port = kept ? Number(readFileSync(portFile, 'utf8')) : 0;
  const site = await serveSite(DIST, port, { '/stored': stored, '/fill': page });
  const profile = join(folder, 'profile');
  if (!kept) rmSync(profile, { recursive: true, force: true });
  const context = await openBrowser(profile);
  const url = `http://127.0.0.1:${site.port}/`;
  if (!kept) {
    process.stderr.write('Putting it into a browser…\n');
    const [tab = await context.newPage()] = context.pages();
    await tab.goto(`${url}fill`);
    await tab.waitForFunction(() => /^fail|^filled/.test(document.title), undefined, {
      polling: 1_000,
    });
    const said = await tab.title();
    if (said !== 'filled') throw new Error(said);
    writeFileSync(portFile, String(site.port));
  }
  return { context, site, url };
}

async function fillScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      rolldownOptions: { input: join(import.meta.dirname, 'fill.ts') },
    },
  });
  const [output] = [built].flat();
  if (!output || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}

/** Slows the page's own thread down; 1: no more. Workers stay as they are. */
export async function slowed(page: Page, times: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: times });
  return session;
}

/** ms that a fixed piece of work takes in the page: figures of different machines are told apart by it. */
export function reference(page: Page): Promise<number> {
  return page.evaluate(() => {
    const started = performance.now();
    let sum = 0;
    for (let i = 0; i < 2e7; i++) sum = (Math.imul(sum, 31) + i) | 0;
    return performance.now() - started + (sum === 1 ? 1 : 0);
  });
}
