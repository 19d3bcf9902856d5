/** What the service worker comes to know of the page, whoever asks it to, and how often. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as real } from 'node:timers/promises';
import { inviteLink } from '@polynya/protocol/invite-link';
import { loadReleaseKey, signedRelease } from '@polynya/server/http/release';
import { publicPoint } from '@polynya/server/kept/p256-key';
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

/** Lets the worker's time pass quickly, and what no clock holds up (signatures, hashes) take what it takes. */
async function until(holds: () => void): Promise<void> {
  for (let left = 1_000; ; left--) {
    await vi.advanceTimersByTimeAsync(1_000);
    try {
      return holds();
    } catch (error) {
      if (left === 0) throw error;
      await real(5);
    }
  }
}

/** Serial 6 of the same files. */
const newer = String(
  signedRelease(Buffer.from(JSON.stringify({ ...body, serial: 6 })), {}, signer),
);

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
  // The signature and the files are looked at in time that no test sets.
  await until(() => expect(answers).toEqual(new Array(6).fill({ done: true })));
  expect(fetched.mock.calls.filter(([url]) => url === `${OWN}release.json`)).toHaveLength(1);
});

test('two pages that ask at once take nothing from each other of where it can be had', async () => {
  const ask = await running(async () => new Response(release));
  const both = ['https://a.example/path', 'https://b.example/path'].map((endpoint) =>
    ask({ ask: 'load', link: linkTo(endpoint), key }),
  );
  const answers: Answer[] = [];
  for (const answer of [...both, ask({ ask: 'rest' })]) void answer.then((a) => answers.push(a));
  await until(() => expect(answers).toEqual(new Array(3).fill({ done: true })));
  const { bases } = await known();
  expect([...bases].sort()).toEqual(['https://a.example/path/', 'https://b.example/path/', OWN]);
});

test('however many links are opened, so many places are remembered, those of the last one first', async () => {
  const ask = await running(async () => new Response(release));
  for (let link = 0; link < 40; link++) {
    const answers: Answer[] = [];
    const endpoint = `https://host${link}.example/path`;
    void ask({ ask: 'load', link: linkTo(endpoint), key }).then((answer) => answers.push(answer));
    await until(() => expect(answers).toEqual([{ done: true }]));
  }
  const { bases } = await known();
  expect(bases).toHaveLength(32);
  expect(bases.slice(0, 2)).toEqual([OWN, 'https://host39.example/path/']);
});

test('an update takes nothing from what pages say while it is looked for', async () => {
  const answers = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()];
  answers[0]?.resolve(new Response(release));
  const fetched = vi.fn(async (url: string) =>
    url.startsWith(OWN)
      ? (answers.shift()?.promise as Promise<Response>)
      : new Response('', { status: 404 }),
  );
  const ask = await running(fetched);
  const load = async (endpoint: string) => {
    const done = vi.fn();
    void ask({ ask: 'load', link: linkTo(endpoint), key }).then(done);
    await until(() => expect(done).toHaveBeenCalledWith({ done: true }));
  };
  await load('https://a.example/path');
  const [held] = answers;
  const update = ask({ ask: 'update' });
  await until(() => expect(answers).toEqual([]));
  await load('https://b.example/path');
  held?.resolve(new Response(newer));
  expect(await update).toMatchObject({ outcome: 'taken' });
  const { bases, signed } = await known();
  expect(bases).toContain('https://b.example/path/');
  expect(JSON.parse(signed.release)).toMatchObject({ serial: 6 });
});
