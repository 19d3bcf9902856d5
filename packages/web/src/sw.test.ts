/** What the service worker comes to know of the page, whoever asks it to, and how often. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inviteLink } from '@polynya/protocol/invite-link';
import { publicPoint } from '@polynya/server/p256-key';
import { loadReleaseKey, signedRelease } from '@polynya/server/release';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noteFrozen } from './shell/frozen.ts';
import { type Answer, type Ask, KNOWN } from './shell/messages.ts';
import type { Known } from './shell/shelf.ts';

const OWN = 'https://chat.example/';
const folder = mkdtempSync(join(tmpdir(), 'polynya-sw-'));
const signer = loadReleaseKey(folder);
afterAll(() => rmSync(folder, { recursive: true }));
const key = publicPoint(signer);
const body = { serial: 5, version: '1', notes: {}, parts: [{ id: 'x', gzip: 1, files: [] }] };
const release = String(signedRelease(Buffer.from(JSON.stringify(body)), {}, signer));

const secret = new Uint8Array(32).fill(7);
const linkTo = (...endpoints: string[]) =>
  inviteLink(OWN, { kind: 'server', identity: secret, endpoints, secret });

/** Cache Storage, in memory. */
function memory() {
  const all = new Map<string, Map<string, Response>>();
  const open = async (name: string) => {
    const kept = all.get(name) ?? new Map<string, Response>();
    all.set(name, kept);
    const urlOf = (key: string | Request) => (typeof key === 'string' ? key : key.url);
    return {
      keys: async () => [...kept.keys()].map((url) => ({ url })),
      match: async (key: string | Request) => kept.get(urlOf(key))?.clone(),
      put: async (key: string, value: Response) => void kept.set(key, value),
      delete: async (key: string | Request) => kept.delete(urlOf(key)),
    };
  };
  const match = async (key: string, { cacheName }: { cacheName: string }) =>
    (await open(cacheName)).match(key);
  return { open, match, keys: async () => [...all.keys()] };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('caches', memory());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** @param fetched what hosts answer */
async function running(fetched: (url: string) => Promise<Response>) {
  const listeners = new Map<string, (event: object) => void>();
  vi.stubGlobal('registration', { scope: OWN });
  vi.stubGlobal('location', new URL(`${OWN}sw.js`));
  vi.stubGlobal('clients', { claim: async () => undefined });
  vi.stubGlobal('addEventListener', (type: string, heard: (event: object) => void) =>
    listeners.set(type, heard),
  );
  vi.stubGlobal('fetch', fetched);
  await import('./sw.ts');
  return (ask: Ask) =>
    new Promise<Answer>((resolve) => {
      const event = { data: ask, ports: [{ postMessage: resolve }], waitUntil: () => undefined };
      listeners.get('message')?.(event);
    });
}

const known = async (): Promise<Known> =>
  (await (await caches.open(KNOWN)).match(OWN))?.json() as Promise<Known>;

test('its own host is asked which release there is when all others are silent, however often the page asks for it', async () => {
  await noteFrozen(OWN, Date.now());
  const fetched = vi.fn((url: string) =>
    url.startsWith(OWN)
      ? Promise.resolve(new Response(release))
      : new Promise<Response>(() => undefined),
  );
  const ask = await running(fetched);
  const link = linkTo('https://a.example/path', 'https://b.example/path');
  const answers: Answer[] = [];
  for (let seconds = 0; seconds < 120; seconds += 20) {
    void ask({ ask: 'load', link, key }).then((answer) => answers.push(answer));
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(fetched.mock.calls.filter(([url]) => url === `${OWN}release.json`)).toHaveLength(1);
  expect(answers).toEqual(new Array(6).fill({ done: true }));
});

test('two pages that ask at once take nothing from each other of where it can be had', async () => {
  const ask = await running(async () => new Response(release));
  const both = ['https://a.example/path', 'https://b.example/path'].map((endpoint) =>
    ask({ ask: 'load', link: linkTo(endpoint), key }),
  );
  const rest = ask({ ask: 'rest' });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await Promise.all([...both, rest])).toEqual(new Array(3).fill({ done: true }));
  const { bases } = await known();
  expect([...bases].sort()).toEqual(['https://a.example/path/', 'https://b.example/path/', OWN]);
});
