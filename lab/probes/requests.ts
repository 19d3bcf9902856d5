/** What a prober sends: requests that a site answers somehow, and bytes that are no requests at all. */
export interface ProbeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const BINARY = { 'content-type': 'application/octet-stream' };

/** The prober has read the source, so it asks for what Polynya's servers are known to answer. */
export const probeRequests: readonly ProbeRequest[] = [
  ...[
    '/',
    '/index.html',
    '/s',
    '/sw.js',
    '/manifest.webmanifest',
    '/robots.txt',
    '/.well-known/x',
  ].map((path) => ({ method: 'GET', path })),
  { method: 'HEAD', path: '/' },
  { method: 'OPTIONS', path: '/s' },
  { method: 'DELETE', path: '/' },
  { method: 'GET', path: '/s', headers: UPGRADE },
  { method: 'GET', path: '/nothing-here', headers: UPGRADE },
  { method: 'POST', path: '/s', headers: BINARY, body: Buffer.alloc(260, 7) },
  { method: 'POST', path: '/nothing-here', headers: BINARY, body: Buffer.alloc(260, 7) },
  { method: 'POST', path: '/s', headers: BINARY, body: Buffer.alloc(0) },
];

/** What is sent to the port as it is. */
export const rawProbes: readonly { readonly what: string; readonly bytes: Buffer }[] = [
  { what: 'plain HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n') },
  { what: 'nonsense', bytes: Buffer.alloc(512, 0x5a) },
  { what: 'half a TLS record', bytes: Buffer.from([22, 3, 1, 2, 0, 1]) },
];
