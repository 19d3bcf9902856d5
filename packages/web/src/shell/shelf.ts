/** What the service worker keeps (W3C Service Workers, Cache): the release that is in use, its key, its files, the one before. */
import { KNOWN } from './messages.ts';
import type { Part, Release, SignedRelease } from './release.ts';
import type { Slice } from './slicing.ts';

const FILES = 'polynya-files-';
const SLICES = 'polynya-slices';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
};

/** What is known besides files. */
export interface Known {
  /** The release key that this browser trusts. */
  readonly pinned: string;
  readonly signed: SignedRelease;
  /** Of the page's files, the page's own first. */
  readonly bases: readonly string[];
  /** What the last update changed. */
  readonly change?: Change;
}

export interface Change {
  /** Serials of the release before and of this one. */
  readonly from: number;
  readonly to: number;
  /** Names of files, without their hashes. */
  readonly files: readonly string[];
}

export class Shelf {
  readonly #caches: CacheStorage;
  /** Of the page: ends in `/`. */
  readonly #scope: string;

  constructor(caches: CacheStorage, scope: string) {
    this.#caches = caches;
    this.#scope = scope;
  }

  async known(): Promise<Known | undefined> {
    const cache = await this.#caches.open(KNOWN);
    return (await cache.match(this.#scope))?.json();
  }

  /** Writes what becomes of what is known then, and not of what was known before something was waited for: one after the other. */
  know(become: (now: Known | undefined) => Known): Promise<Known> {
    return navigator.locks.request(KNOWN, async () => {
      const known = become(await this.known());
      const cache = await this.#caches.open(KNOWN);
      await cache.put(this.#scope, new Response(JSON.stringify(known)));
      return known;
    });
  }

  async has({ serial }: Release, { files: [first] }: Part): Promise<boolean> {
    const cache = await this.#caches.open(FILES + serial);
    return first === undefined || (await cache.match(this.#scope + first[0])) !== undefined;
  }

  /** Puts the files of a part where pages find them. */
  async put({ serial, headers }: Release, { files, id }: Part, bytes: Uint8Array<ArrayBuffer>) {
    const cache = await this.#caches.open(FILES + serial);
    let at = 0;
    // The first says that all are there, so it comes last.
    const cut = files.map(([path, length]) => {
      at += length;
      return { path, body: bytes.slice(at - length, at) };
    });
    for (const { path, body } of cut.reverse()) {
      const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
      const response = new Response(body, { headers: { ...headers, 'content-type': type } });
      await cache.put(this.#scope + path, response);
    }
    await this.forget(id);
  }

  /** Of any release that is kept: a tab may still run the one before. */
  async file(url: string): Promise<Response | undefined> {
    for (const name of await this.#fileCaches()) {
      const found = await (await this.#caches.open(name)).match(url);
      if (found) return found;
    }
    return undefined;
  }

  /** The file of one release. */
  async fileOf({ serial }: Release, path: string): Promise<Response | undefined> {
    return (await this.#caches.open(FILES + serial)).match(this.#scope + path);
  }

  /** Drops all but the two newest. */
  async tidy(): Promise<void> {
    const names = (await this.#fileCaches()).slice(2);
    await Promise.all(names.map((name) => this.#caches.delete(name)));
  }

  async slices(part: string): Promise<Slice[]> {
    const cache = await this.#caches.open(SLICES);
    const mine = (await cache.keys()).filter(({ url }) => url.includes(`/${part}/`));
    return Promise.all(
      mine.map(async (request) => ({
        offset: Number(request.url.split('/').at(-1)),
        bytes: new Uint8Array((await (await cache.match(request))?.arrayBuffer()) ?? []),
      })),
    );
  }

  async keep(part: string, { offset, bytes }: Slice): Promise<void> {
    const cache = await this.#caches.open(SLICES);
    await cache.put(`${this.#scope}${part}/${offset}`, new Response(bytes));
  }

  async forget(part: string): Promise<void> {
    const cache = await this.#caches.open(SLICES);
    const mine = (await cache.keys()).filter(({ url }) => url.includes(`/${part}/`));
    await Promise.all(mine.map((request) => cache.delete(request)));
  }

  /** The newest first. */
  async #fileCaches(): Promise<string[]> {
    const names = (await this.#caches.keys()).filter((name) => name.startsWith(FILES));
    return names.sort((a, b) => Number(b.slice(FILES.length)) - Number(a.slice(FILES.length)));
  }
}
