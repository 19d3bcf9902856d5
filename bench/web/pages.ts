/** Browsers on a profile that holds the stored chats, and what may be asked of a page in one. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { chromiumOptions } from '../../scripts/chromium.ts';
import { serveSite } from './site.ts';
import { makeStored } from './stored.ts';

const root = join(import.meta.dirname, '..', '..');
export const DIST = join(root, 'packages', 'web', 'dist');
const CACHE = join(root, '.cache', 'bench', 'web');
/** ms: for a store of this size and a slowed processor. */
const PATIENCE = 1_800_000;
export const SLOWED = 4;

/**
 * Runs in each page before its scripts: keeps the engine's port, by which `ask` calls it as the page does, and the
 * messages that it told of last: `tellReactions` tells them once more with one reaction to so many of them, `tellLast`
 * only so many of the last, as if there were no more.
 */
function keepPort(): void {
  type Message = { readonly id: string };
  type Told = {
    readonly tell: string;
    readonly id: number;
    readonly value: { readonly messages?: unknown; readonly code?: string };
    readonly list?: { readonly places: Int32Array; readonly fresh: readonly Message[] };
    readonly code?: string;
  };
  const all = globalThis as unknown as {
    Worker: typeof Worker;
    ask(method: string, ...args: unknown[]): Promise<unknown>;
    tellReactions(emoji: string, ids: readonly string[]): Promise<void>;
    tellLast(count: number): Promise<void>;
  };
  const port = Promise.withResolvers<MessagePort>();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last: Told | undefined;
  let messages: readonly (Message | undefined)[] = [];
  let next = 1e9;
  all.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', ({ data }) => {
        if (data?.phase !== 'running') return;
        data.port.addEventListener('message', ({ data: told }: MessageEvent<Told>) => {
          if (told.list && told.value?.messages) {
            const [before, fresh] = [told.id === last?.id ? messages : [], [...told.list.fresh]];
            messages = [...told.list.places].map((at) => (at < 0 ? fresh.shift() : before[at]));
            last = told;
          }
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
  const tell = async (list: Told['list'], value = last?.value) => {
    const data = { ...last, value, list };
    (await port.promise).dispatchEvent(new MessageEvent('message', { data }));
  };
  all.tellLast = (count) => {
    const from = Math.max(0, messages.length - count);
    const places = Int32Array.from({ length: messages.length - from }, (_, i) => from + i);
    return tell({ places, fresh: [] }, { ...last?.value, more: false } as Told['value']);
  };
  all.tellReactions = async (emoji, ids) => {
    const reactions = emoji ? [{ emoji, people: ['Boris'], mine: false }] : [];
    const fresh: Message[] = [];
    const places = messages.map((message, at) => {
      if (!message || !ids.includes(message.id)) return at;
      fresh.push(Object.assign({}, message, { reactions }));
      return -1;
    });
    await tell({ places: Int32Array.from(places), fresh });
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
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The browser of somebody who has so many chats, without a line to a server. What it holds is made once and kept under
 * .cache/bench; each time it is used a copy is, for what is said in one waits there for ever.
 */
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
  const url = `http://127.0.0.1:${site.port}/`;
  if (!kept) {
    process.stderr.write('Putting it into a browser…\n');
    rmSync(profile, { recursive: true, force: true });
    const context = await openBrowser(profile);
    await fillBrowser(context, `${url}fill`).finally(() => context.close());
    writeFileSync(portFile, String(site.port));
  }
  const copy = mkdtempSync(join(folder, 'used-'));
  cpSync(profile, copy, { recursive: true });
  const context = await openBrowser(copy);
  const close = async () => {
    await context.close();
    rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
    site.close();
  };
  return { context, url, close };
}

async function fillBrowser(context: BrowserContext, url: string): Promise<void> {
  const [tab = await context.newPage()] = context.pages();
  await tab.goto(url);
  await tab.waitForFunction(() => /^fail|^filled/.test(document.title), undefined, {
    polling: 1_000,
  });
  const said = await tab.title();
  if (said !== 'filled') throw new Error(said);
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
