/** Secret paths of a bridge, one for each server that it leads to, and finding them without telling by the time it takes. */
import { createHmac, randomBytes } from 'node:crypto';

/** Letters of a path: 132 bits. */
const LETTERS = 22;

/** Where a bridge leads to by one of its paths. */
export interface Route {
  /** Of the server: a URL that envelopes are sent to. */
  readonly endpoint: string;
  /** What comes after the `/`. */
  readonly path: string;
}

/** The same for the same secret and endpoint: it outlives restarts, and no path says anything of another. */
export function routeTo(endpoint: string, secret: Uint8Array): Route {
  const mac = createHmac('sha256', secret).update(`polynya bridge path ${endpoint}`).digest();
  return { endpoint, path: mac.toString('base64url').slice(0, LETTERS) };
}

/** Of the route's own server, whatever the path looks like: `//elsewhere/` leads nowhere else. */
export function fileOf({ endpoint }: Route, path: string): string {
  const url = new URL(endpoint);
  url.pathname = path;
  return url.href;
}

export class SecretPaths {
  readonly #key = randomBytes(32);
  readonly #routes = new Map<string, Route>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#routes.set(this.#blind(route.path), route);
  }

  /** The route whose path a URL begins with, and what follows it; undefined for all others, in the same time. */
  find(url: string): { readonly route: Route; readonly rest: string } | undefined {
    const [, first = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(url) ?? [];
    const route = this.#routes.get(this.#blind(first));
    return route && { route, rest };
  }

  /** What is compared says nothing of how much of it was right. */
  #blind(path: string): string {
    return createHmac('sha256', this.#key).update(path).digest('base64');
  }
}
