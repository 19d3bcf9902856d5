/** One POST of envelopes, or of a sip, and what comes back; by the platform's own `fetch` where it has nothing better. */
import { fraction, type Random } from '../../clock.ts';

/**
 * The answer's body, or null for an answer that is not this server's. Rejects if none comes, or when `signal` aborts.
 * @param uneven where head and body may be known again by no length: the chance by which they get theirs
 */
export type Post = (
  endpoint: string,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
  uneven?: Random,
) => Promise<Uint8Array | null>;

/** Bytes by which a head is longer than another at most: of a header that says more a browser would ask (Fetch section 2.2.2). */
const MORE = 64;

/** What answers are sent as, and what bodies are by who can say so without being asked whether he may. */
export const BODY_TYPE = 'application/octet-stream';

export const fetchPost: Post = async (endpoint, body, signal, uneven) => {
  const response = await fetch(endpoint, {
    method: 'POST',
    // With no type, or with this one, no browser asks beforehand by OPTIONS (Fetch section 2.2.2).
    headers: uneven
      ? { 'content-type': `text/plain;a=${'a'.repeat(fraction(uneven) * MORE)}` }
      : {},
    body,
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    signal,
  });
  if (response.ok && response.headers.get('content-type') === BODY_TYPE) {
    return new Uint8Array(await response.arrayBuffer());
  }
  await response.body?.cancel();
  return null;
};
