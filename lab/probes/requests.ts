/** What a prober sends that has read the source: for paths near a secret one, and bytes that are no requests at all. */

/** The same of each kind for a path that is nothing and for one that nearly is something. */
export function requestsFor(path: string): Map<string, Buffer> {
  const head = (method: string, more: readonly string[] = []) =>
    [`${method} ${path} HTTP/1.1`, 'Host: site.example', ...more, '', ''].join('\r\n');
  const binary = ['Content-Type: application/octet-stream', 'Content-Length: 260'];
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const preflight = ['Origin: https://x.example', 'Access-Control-Request-Method: POST'];
  const texts = {
    GET: head('GET'),
    HEAD: head('HEAD'),
    POST: head('POST', binary) + '\u0007'.repeat(260),
    'empty POST': head('POST', ['Content-Length: 0']),
    OPTIONS: head('OPTIONS', preflight),
    'WebSocket upgrade': head('GET', [...upgrade, key]),
  };
  return new Map(Object.entries(texts).map(([kind, text]) => [kind, Buffer.from(text, 'latin1')]));
}

/** Paths that are no secret one by little, and those that servers which show themselves answer. */
export function nearPaths(secret: string): string[] {
  const last = secret.endsWith('A') ? 'B' : 'A';
  return [
    ...['/s', '/sw.js', '/manifest.webmanifest', '/healthz', '/host/', `/x/${secret}`],
    ...[secret.slice(0, -1), `${secret}A`, secret.slice(0, -1) + last, secret.slice(0, 8)].map(
      (path) => `/${path}`,
    ),
    ...[`${secret.toLowerCase()}z`, `${secret}%20`, `${secret.slice(0, -1)}${last}/s`].map(
      (path) => `/${path}`,
    ),
  ];
}

/** What is sent to the port as it is. */
export const rawProbes: readonly { readonly what: string; readonly bytes: Buffer }[] = [
  { what: 'plain HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n') },
  { what: 'nonsense', bytes: Buffer.alloc(512, 0x5a) },
  { what: 'half a TLS record', bytes: Buffer.from([22, 3, 1, 2, 0, 1]) },
  { what: 'a hello that is none', bytes: Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0]) },
  { what: 'an alert', bytes: Buffer.from([21, 3, 1, 0, 2, 2, 40]) },
  { what: 'SSH', bytes: Buffer.from('SSH-2.0-OpenSSH_9.2\r\n') },
];
