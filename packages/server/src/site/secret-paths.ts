/** Secret paths of a site, a server's own or one for each server that a bridge leads to, found without telling by the time it takes. */
import { createHmac, randomBytes } from 'node:crypto';

/** Letters of a path: 132 bits. */
const LETTERS = 22;

export interface SecretPath {
  /** What comes after the `/`. */
  readonly path: string;
}

/** Where a bridge leads to by one of its paths. */
export interface Route extends SecretPath {
  /** Of the server: a URL that envelopes are sent to. */
  readonly endpoint: string;
}

/** Below which a server's page and endpoint are, behind a web site; the same for the same key. */
export function ownPath(key: Uint8Array): SecretPath {
  return { path: letters(key, 'polynya site path') };
}

/** The same for the same secret and endpoint: it outlives restarts, and no path says anything of another. */
export function routeTo(endpoint: string, secret: Uint8Array): Route {
  return { endpoint, path: letters(secret, `polynya bridge path ${endpoint}`) };
}

function letters(key: Uint8Array, what: string): string {
  return createHmac('sha256', key).update(what).digest('base64url').slice(0, LETTERS);
}

/**
 * A file of the page that is beside the route's endpoint, and of no other server, whatever the path looks
 * like: `//elsewhere/` leads nowhere else.
 */
export function fileOf({ endpoint }: Route, path: string): string {
  const url = new URL(endpoint);
  url.pathname = url.pathname.replace(/\/[^/]*$/, path);
  return url.href;
}

export class SecretPaths<T extends SecretPath> {
  readonly #key = randomBytes(32);
  readonly #routes = new Map<string, T>();

  constructor(routes: readonly T[]) {
    for (const route of routes) this.#routes.set(this.#blind(route.path), route);
  }

  /** The route whose path a URL begins with, and what follows it; undefined for all others, in the same time. */
  find(url: string): { readonly route: T; readonly rest: string } | undefined {
    const [, first = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(url) ?? [];
    const route = this.#routes.get(this.#blind(first));
    return route && { route, rest };
  }

  /** What is compared says nothing of how much of it was right. */
  #blind(path: string): string {
    return createHmac('sha256', this.#key).update(path).digest('base64');
  }
}
