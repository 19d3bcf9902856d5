/**
 * The service worker (W3C Service Workers): brings the page's files through whatever lets a few kilobytes pass, keeps
 * them, so that the page opens without its server, and takes no release that the known key did not sign. It never sees
 * a message: what the engine sends does not pass through here.
 */
import { sharedOpenings } from '@polynya/messenger/line/shared-openings';
import { basesIn } from './shell/bases.ts';
import { isFrozen, noteFrozen } from './shell/frozen.ts';
import { type Answer, type Ask, GONE, type Outcome } from './shell/messages.ts';
import { newest } from './shell/newest.ts';
import { type FetchPorts, fetchPart } from './shell/part-fetch.ts';
import { opened, type Part, type Release } from './shell/release.ts';
import { SHARE, type Shared, sharedIn } from './shell/shared.ts';
import { type Change, type Known, Shelf } from './shell/shelf.ts';
import { PartGone } from './shell/slicing.ts';
import { open, pageOf, tell } from './shell/told.ts';
import { Turns } from './shell/turns.ts';

const self = globalThis as unknown as ServiceWorkerGlobalScope;
const scope = pageOf(self.registration.scope);
/** One beside the page's own brings nothing: it hears of messages, and that is all. */
const beside = scope !== self.registration.scope;
const shelf = new Shelf(caches, scope);
/** Of all who connect from this browser. */
const account = sharedOpenings();
/** New connections to a host within a minute while nothing else connects, where the engine has to get through, and where none are counted. */
const MOST = { first: 3, later: 2, any: Number.POSITIVE_INFINITY };
/** To the page's own host, which browsers open whenever a page is: at first they bring the page and this script. */
const OWN_CONNECTIONS = 2;
/** That are remembered (count), those of the link that was opened last first: each invite names some. */
const BASES = 32;

const freezes = () => isFrozen(scope, Date.now());
const steady = () => performance.now();
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const turnsFor = async (use: keyof typeof MOST) => new Turns(await account, MOST[use]);
const asking = async (use: keyof typeof MOST) => ({
  get: (url: string, signal: AbortSignal) => fetch(url, { cache: 'no-store', signal }),
  pause,
  turns: await turnsFor((await freezes()) ? use : 'any'),
});

self.addEventListener('install', (event) => {
  event.waitUntil(self.skipWaiting());
  if (beside) return;
  // Chromium would ask the page's host as well whenever the page opens (ServiceWorkerAutoPreload), where connections count.
  const routes = event as ExtendableEvent & { addRoutes?: (rule: object) => Promise<void> };
  const rule = { condition: { requestMode: 'navigate' }, source: 'fetch-event' };
  void routes.addRoutes?.(rule).catch(() => undefined);
});

self.addEventListener('push', (event) => event.waitUntil(tell(self)));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(self));
});

self.addEventListener('message', (event: ExtendableMessageEvent) => {
  const [port] = event.ports;
  const say = (answer: Answer) => port?.postMessage(answer);
  event.waitUntil(
    answered(event.data as Ask, (share) => say({ share })).then(say, (error: unknown) =>
      say({ failed: String(error) }),
    ),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'POST' && request.url === scope + SHARE) {
    handed = Promise.withResolvers();
    event.respondWith(taken(request));
    event.waitUntil(handed.promise);
    return;
  }
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else event.respondWith(file(request));
});

/** What another app shared and no page has asked for, and a worker that has nothing to do is put away. */
let shared: Shared | null = null;
let handed = Promise.withResolvers<void>();

async function taken(request: Request): Promise<Response> {
  shared = sharedIn(await request.formData());
  return Response.redirect(`${scope}?${SHARE}`, 303);
}

async function answered(ask: Ask, progress: (share: number) => void): Promise<Answer> {
  if (ask.ask === 'load') await load(ask.link, ask.key, progress);
  if (ask.ask === 'rest') await rest();
  if (ask.ask === 'update') return update();
  if (ask.ask === 'shared') {
    const found = shared;
    shared = null;
    handed.resolve();
    return { shared: found };
  }
  if (ask.ask === 'about') return { about: (await shelf.known()) ?? null };
  if (ask.ask === 'trust') {
    const known = await shelf.known();
    if (known) await shelf.know((now = known) => ({ ...now, pinned: ask.key }));
    return update();
  }
  // Not before: a page that was loaded past us finds here what it needs from now on.
  await self.clients.claim();
  return { done: true };
}

/** The first time, or where the browser threw away what was kept. What nobody has any more makes room for what is newer. */
async function load(link: string, key: string, progress: (share: number) => void): Promise<void> {
  const named = [...new Set([scope, ...basesIn(link)])];
  const found = (await shelf.known()) ?? (await first(key, named));
  // Another page may have come first.
  const known = await shelf.know((now = found) => ({
    ...now,
    bases: [...new Set([...named, ...now.bases])].slice(0, BASES),
  }));
  const release = releaseIn(known);
  try {
    await bring(release, release.parts[0], known.bases, progress, 'first');
  } catch (error) {
    if (!(error instanceof PartGone) || (await update()).outcome !== 'taken') throw error;
  }
}

const asked = new Map<string, Promise<Known>>();

/** Once, however often a page asks: counted each time, its connections would leave its own host none to ask it by. */
function first(key: string, bases: readonly string[]): Promise<Known> {
  const name = [key, ...bases].join(' ');
  const running = asked.get(name) ?? asksFirst(key, bases).finally(() => asked.delete(name));
  asked.set(name, running);
  return running;
}

/** The page's own connections count, too. */
async function asksFirst(key: string, bases: readonly string[]): Promise<Known> {
  const ports = await asking('first');
  tookOwn(ports.turns);
  // Without a key that the page names, only where the page came from says which one it is.
  const signed = await newest(key === '' ? [scope] : bases, { pinned: key, serial: 0 }, ports);
  const pinned = key || signed.key;
  const release = await opened(signed, pinned, 0);
  if (typeof release === 'string') throw new Error(release);
  return { pinned, signed, bases };
}

/** Counts what the browser itself connects. */
function tookOwn(turns: Turns): void {
  const { host } = new URL(scope);
  for (let each = 0; each < OWN_CONNECTIONS; each++) turns.take(host);
}

/** Looks for a newer release. */
async function update(): Promise<Outcome> {
  const known = await shelf.known();
  if (!known) return { outcome: 'none' };
  const now = releaseIn(known);
  const { pinned } = known;
  const signed = await newest(known.bases, { pinned, serial: now.serial }, await asking('later'));
  if (signed.release === known.signed.release) return { outcome: 'none' };
  const release = await opened(signed, pinned, now.serial);
  if (typeof release === 'string') return { outcome: 'refused', why: release, offered: signed.key };
  await bring(release, release.parts[0], known.bases, () => undefined);
  const change: Change = { from: now.serial, to: release.serial, files: changed(now, release) };
  // Meanwhile a page may have said whom it trusts, or where else this can be had.
  await shelf.know((now = known) => ({ ...now, signed, change }));
  await shelf.tidy();
  return { outcome: 'taken', change };
}

/** What pages come to need, while nobody waits for it; where each connection counts they ask for it when they need it. */
async function rest(): Promise<void> {
  if (await freezes()) return;
  await load('', '', () => undefined);
  const known = await shelf.known();
  if (!known) return;
  const release = releaseIn(known);
  for (const part of release.parts) await bring(release, part, known.bases, () => undefined);
}

const underWay = new Map<string, { done: Promise<void>; heard: Set<(share: number) => void> }>();

/** Once, however many wait for it. */
async function bring(
  release: Release,
  part: Part,
  bases: readonly string[],
  progress: (share: number) => void,
  use: keyof typeof MOST = 'later',
): Promise<void> {
  if (await shelf.has(release, part)) return;
  const turns = await turnsFor(use);
  const frozen = await freezes();
  let running = underWay.get(part.id);
  if (!running) {
    const heard = new Set<(share: number) => void>();
    const ports: FetchPorts = {
      get: (url, signal) => fetch(url, { signal }),
      steady,
      pause,
      turns,
      kept: (id) => shelf.slices(id),
      keep: (id, slice) => shelf.keep(id, slice),
      forget: (id) => shelf.forget(id),
      frozen,
      froze: () => void noteFrozen(scope, Date.now()).catch(() => undefined),
      progress: (share) => {
        for (const hear of heard) hear(share);
      },
    };
    const done = fetchPart(part, bases, ports)
      .then((bytes) => shelf.put(release, part, bytes))
      .finally(() => underWay.delete(part.id));
    running = { done, heard };
    underWay.set(part.id, running);
  }
  running.heard.add(progress);
  await running.done;
}

async function page(request: Request): Promise<Response> {
  const known = await shelf.known();
  const kept = known && (await shelf.fileOf(releaseIn(known), 'index.html'));
  // Even where they bring nothing, as the page is here.
  if (await freezes()) tookOwn(await turnsFor('later'));
  return kept && request.url.split(/[?#]/)[0] === scope ? kept : fetch(request);
}

async function file(request: Request): Promise<Response> {
  const kept = await shelf.file(request.url);
  if (kept) return kept;
  const known = await shelf.known();
  if (!known) return fetch(request);
  const release = releaseIn(known);
  const part = release.parts.find(({ files }) =>
    files.some(([path]) => scope + path === request.url),
  );
  if (!part) return fetch(request);
  try {
    await bring(release, part, known.bases, () => undefined);
  } catch (error) {
    // Where there is no room to keep it, it comes as it would without us.
    if (error instanceof PartGone && (await superseded())) return gone();
  }
  return (await shelf.file(request.url)) ?? fetch(request);
}

/** Whether a newer release was taken, so that a page that is loaded anew is whole again. */
function superseded(): Promise<boolean> {
  return update().then(
    ({ outcome }) => outcome === 'taken',
    () => false,
  );
}

/** In place of a script: whoever imports it hears why there is none. */
function gone(): Response {
  const headers = { 'content-type': 'text/javascript' };
  return new Response(`throw new Error('${GONE}')`, { headers });
}

/** It was verified before it was kept. */
function releaseIn({ signed }: Known): Release {
  return JSON.parse(signed.release) as Release;
}

/** Names of files that are not the same in both, without their hashes. */
function changed(before: Release, after: Release): string[] {
  const paths = ({ parts }: Release) => parts.flatMap(({ files }) => files.map(([path]) => path));
  const old = new Set(paths(before));
  const fresh = paths(after).filter((path) => !old.has(path));
  return fresh.map((path) => path.replace(/^.*\/|-[\w-]{8}(?=\.\w+$)/g, ''));
}
