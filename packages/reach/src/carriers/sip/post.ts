/** A POST by the platform's own `fetch`. The server ends the connection after each sip. */

/** Null for an answer that is not the server's. Rejects if none comes. */
export async function postSip(
  endpoint: string,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    signal,
  });
  const type = response.headers.get('content-type');
  if (response.ok && type === 'application/octet-stream') {
    return new Uint8Array(await response.arrayBuffer());
  }
  await response.body?.cancel();
  return null;
}
