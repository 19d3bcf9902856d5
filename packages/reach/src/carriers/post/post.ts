/** One POST of envelopes, or of a sip, and what comes back; by the platform's own `fetch` where it has nothing better. */

/** The answer's body, or null for an answer that is not this server's. Rejects if none comes, or when `signal` aborts. */
export type Post = (
  endpoint: string,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
) => Promise<Uint8Array | null>;

/** What body and answer are sent as. */
export const BODY_TYPE = 'application/octet-stream';

export const fetchPost: Post = async (endpoint, body, signal) => {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': BODY_TYPE },
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
