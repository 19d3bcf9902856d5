/**
 * Finds a bridge by which the page itself can be had (`polynya bridge --app`), for somebody new whose provider lets
 * nobody through to the server's own name. What it hands out it could change: docs/host.md says what that means.
 */

import { decodeInvite } from '@polynya/protocol/invite-link';

/** A bridge that takes longer to answer is of no help to somebody new, in ms. */
const PATIENCE = 15_000;

/** Gets a URL; rejects if nothing comes. */
export type Get = (url: string, signal: AbortSignal) => Promise<Response>;

/** An invite as links. Each has the same secret: whoever comes by one of them uses it up. */
export interface InviteLinks {
  /** By the server's own page. */
  readonly link: string;
  /** By the page through a bridge, for people whom nothing else lets in; null where no bridge hands it out. */
  readonly through: string | null;
}

/** The links of an invite whose own this is: the bridges in it are asked for the page. @throws ProtocolError */
export async function linksOf(link: string): Promise<InviteLinks> {
  const bridge = await pageThrough(decodeInvite(link).endpoints);
  return { link, through: bridge === null ? null : bridge + link.slice(link.indexOf('#')) };
}

const get: Get = (url, signal) => fetch(url, { signal, redirect: 'error' });

/**
 * The page's folder below whichever of these endpoints is the first to show that it hands it out, ending in `/`; null if
 * none does. They are asked all at once.
 */
export async function pageThrough(endpoints: readonly string[], by = get): Promise<string | null> {
  const bases = endpoints.filter(isPlainBridge).map((endpoint) => `${endpoint}/`);
  const asked = bases.map(async (base) => {
    if (await hasPage(base, by)) return base;
    throw new Error('no page');
  });
  return Promise.any(asked).catch(() => null);
}

/** Browsers cannot check a certificate by its hash, and a server's own endpoint ends in `/s`. */
function isPlainBridge(endpoint: string): boolean {
  return /^https?:\/\/[^#]+$/.test(endpoint) && !endpoint.endsWith('/s');
}

async function hasPage(base: string, by: Get): Promise<boolean> {
  try {
    const answer = await by(`${base}release.json`, AbortSignal.timeout(PATIENCE));
    const said: unknown = answer.ok ? await answer.json() : null;
    return typeof said === 'object' && said !== null && 'signature' in said;
  } catch {
    // Gone, silent, or a web site without the page: all the same for whoever would be sent there.
    return false;
  }
}
