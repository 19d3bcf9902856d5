/** What the page and its service worker say to each other. Each message has a port of its own for answers. */
import type { Refusal } from './release.ts';
import type { Shared } from './shared.ts';
import type { Change, Known } from './shelf.ts';

/**
 * `load`: brings what reading and writing need. `link` is the page's address, which may hold an invite; `key` the release
 * key that the page names, which counts if no other one is known yet.
 * `rest`: brings all of the page that is not here yet, so that it opens without its server; on a line that freezes nothing.
 * `update`: looks for a newer release and takes it, if it is signed by the known key.
 * `trust`: from now on another key is the known one.
 * `about`: what is in use.
 * `shared`: what another app shared last, once. Only asked where the address says that there is something: earlier
 * service workers do not know it.
 */
export type Ask =
  | { readonly ask: 'load'; readonly link: string; readonly key: string }
  | { readonly ask: 'rest' }
  | { readonly ask: 'update' }
  | { readonly ask: 'trust'; readonly key: string }
  | { readonly ask: 'about' }
  | { readonly ask: 'shared' };

export type Answer =
  | { readonly done: true }
  /** Of what is being loaded in slices. */
  | { readonly share: number }
  | { readonly failed: string }
  | Outcome
  | { readonly about: Known | null }
  | { readonly shared: Shared | null };

/** Of looking for a newer release. */
export type Outcome =
  | { readonly outcome: 'none' }
  | { readonly outcome: 'taken'; readonly change: Change }
  | { readonly outcome: 'refused'; readonly why: Refusal; readonly offered: string };

/** The cache that has, under the page's address, what the service worker knows of the page: it brings nothing before. */
export const KNOWN = 'polynya-known';

/** What a script of an old release throws where no host has it any more, and a newer one was taken. */
export const GONE = 'polynya-gone';
