/**
 * What a browser must load of the built page before a person can read and write, in brotli bytes.
 * Whatever file a loaded file names is taken as loaded too, be it by a tag, an
 * import, a worker or an `import()`: it counts unless it is listed below, so mistakes count too much.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** The bounds, in bytes. */
export const firstLoadLimit = 120 * 1024;
export const lockedLimit = 45 * 1024;
export const everythingLimit = 180 * 1024;
/** With the headers of its answer it comes in four packets so: docs/decisions/2026-11-22-releases.md says why. */
export const serviceWorkerLimit = 5_300;

/** Files that load only when the person is already reading and writing. Each says why. */
const loadedLater: { name: RegExp; why: string }[] = [
  {
    name: /^sw\.js$/,
    why: 'the service worker installs after the first screen, or where the line freezes',
  },
  { name: /^secure-context\.js$/, why: 'only a page that was opened over http loads it' },
  {
    name: /^extras\.(js|css)$/,
    why: 'settings, panels and menus open over chats that work already',
  },
  { name: /^pinned-bar\.(js|css)$/, why: 'a chat loads it in which a message is pinned' },
  { name: /^release\.js$/, why: 'extras.js and adding.js share it, and nothing before them' },
  {
    name: /^adding\.(js|css)$/,
    why: 'invites, linking and recovery bring in people and devices, with chats that work or before any',
  },
  {
    name: /^now-and-then\.(js|css)$/,
    why: 'saying something later, asking a question and looking who has read what begin in chats that work',
  },
  { name: /^(en|ru)-extras\.js$/, why: 'the words of what extras.js shows' },
  {
    name: /^occasional\.js$/,
    why: 'files, search, linking a device and adding people come after chats that work',
  },
  { name: /^repair\.js$/, why: 'a device loads it whose chat broke, or that lost its own state' },
  {
    name: /^own-endpoints\.js$/,
    why: 'bridges are asked for ten seconds after chats work, twice a day',
  },
  {
    name: /^sips\.js$/,
    why: 'only a line that freezes connections needs it, after one has frozen',
  },
  {
    name: /^(dial|carrier-port|asker|page-client)\.js$/,
    why: 'WebRTC is for whom no WebSocket answers, and is kept with the page for that day',
  },
  {
    name: /^near-panel\.(js|css)$/,
    why: 'who has no way to a server opens it, and it is kept with the page for that day',
  },
  {
    name: /^(line-panel|refused-details|seldom|diagnosis)\.(js|css)$/,
    why: 'whoever asks what is done to the line, or why an update was refused, loads it',
  },
  { name: /^lend-page\.(js|css)$/, why: 'a volunteer reads and writes nothing' },
  {
    name: /^clean-(matroska|avi)\.js$/,
    why: 'phones take MP4: who sends a film of another kind loads what cleans it',
  },
  {
    name: /^(read-codes|decode)\.(js|css)$/,
    why: 'who reads a safety number by the camera loads it then, and a reader of codes where the browser has none',
  },
  {
    name: /^(at-home|handed-in|note)\.js$/,
    why: 'what passes the server by is for the day on which there is no way to it, and kept with the page for that',
  },
  {
    name: /^handing-on\.js$/,
    why: 'records of endpoints are handed on in chats that work',
  },
  {
    name: /^(locked|passkey|passphrase|passphrase-worker)\.js$/,
    why: 'whoever locked the page loads these, and nothing of the engine before it is open',
  },
  { name: /^en\.js$/, why: 'one language loads; the Russian one, which is longer, is counted' },
];

export interface FirstLoad {
  /** The sum of all parts, in bytes. */
  total: number;
  /** Brotli bytes (quality 11) by file, named without folder and content hash. */
  parts: Record<string, number>;
}

const brotliSize = (content: Uint8Array): number =>
  brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  }).length;

/** `assets/engine-B1x_9f2a.js` is called `engine.js`: the same name from build to build. */
const stableName = (path: string): string =>
  posix.basename(path).replace(/-[\w-]{8}(\.\w+)$/, '$1');

/** The files of the built page that `content` names, relative to itself or to the page's root. */
function filesNamedIn(dist: string, path: string, content: string): string[] {
  const references = content.matchAll(/["'`(=]([^"'`()=\s<>]+\.(?:js|mjs|css|wasm|woff2?))\b/g);
  const found: string[] = [];
  for (const [, reference = ''] of references) {
    if (/^[a-z]+:/i.test(reference)) continue;
    const beside = posix.join(posix.dirname(path), reference);
    const atRoot = posix.join('.', reference.replace(/^\/+/, ''));
    const file = [beside, atRoot].find((candidate) => existsSync(join(dist, candidate)));
    if (file !== undefined) found.push(file);
  }
  return found;
}

/** What a locked page loads until it is opened: no engine. */
const ofTheLock = /^(locked|passkey|passphrase|passphrase-worker)\.js$/;
const ofTheEngine = /^(worker|envelope)\.js$/;
/**
 * What is neither media nor search nor settings and which days go by without: bringing in people and devices (invites,
 * linking, recovery), saying something later and asking a question, what is pinned in a chat, a reader of codes for the
 * camera, the mending of broken chats, another language, the service worker, a volunteer's page, and ways and looks for
 * lines that are blocked. `measureAll` counts these too.
 */
const notOpened =
  /^(sw|adding|now-and-then|pinned-bar|repair|welcomed|missed|linking|secure-context|en(-extras)?|lend-page|line-panel|near-panel|refused-details|seldom|diagnosis|sips|dial|asker|page-client|carrier-port|at-home|handed-in|note|handing-on|read-codes|decode)\.(js|css)$/;

/**
 * Measures the page built in the folder `dist`, until one reads and writes.
 * @throws Error when it has no index.html.
 */
export function measureFirstLoad(dist: string): FirstLoad {
  return measure(dist, (name) => !loadedLater.some((later) => later.name.test(name)));
}

/** The same of the screen that is there while the page is locked. */
export function measureLocked(dist: string): FirstLoad {
  return measure(
    dist,
    (name) =>
      ofTheLock.test(name) ||
      !(ofTheEngine.test(name) || loadedLater.some((later) => later.name.test(name))),
  );
}

/** The same with all that a person may come to open: media, search, settings. */
export function measureEverything(dist: string): FirstLoad {
  return measure(dist, (name) => !notOpened.test(name));
}

/** The service worker's script, which a line that freezes connections has to let through whole. */
export function measureServiceWorker(dist: string): FirstLoad {
  const total = brotliSize(readFileSync(join(dist, 'sw.js')));
  return { total, parts: { 'sw.js': total } };
}

/** Every part that the page names, whoever it is that opens it. Nothing bounds this: nobody loads it all. */
export function measureAll(dist: string): FirstLoad {
  return measure(dist, () => true);
}

function measure(dist: string, loads: (name: string) => boolean): FirstLoad {
  const load: FirstLoad = { total: 0, parts: {} };
  const seen = new Set(['index.html']);
  for (const path of seen) {
    const content = readFileSync(join(dist, path));
    const bytes = brotliSize(content);
    const name = stableName(path);
    load.parts[name in load.parts ? path : name] = bytes;
    load.total += bytes;
    for (const file of filesNamedIn(dist, path, content.toString('utf8'))) {
      if (loads(stableName(file))) seen.add(file);
    }
  }
  return load;
}
