/** Which carrier brought the texts, and by which host: as who talked says it, or the wire where nobody does. */

/** Of what there is (packages/reach/src/carriers), as a board calls it. */
export type Carrier =
  | 'wss by name'
  | 'wss by address'
  | 'post'
  | 'sip'
  | 'webrtc-direct'
  | 'volunteer'
  | 'dns'
  | 'drop'
  | 'lan'
  | 'file'
  /** TLS of which only the wire is known. */
  | 'tls';

export interface Way {
  readonly carrier: Carrier;
  /** Or several with commas between; null where there is none. */
  readonly host: string | null;
}

const BY_KIND: Readonly<Record<string, Carrier>> = {
  post: 'post',
  sip: 'sip',
  'webrtc-direct': 'webrtc-direct',
  volunteer: 'volunteer',
  dns: 'dns',
  drop: 'drop',
};

/** @param said a carrier's kind and its endpoints, with spaces between, as a client says it */
export function wayOfClient(said: string): Way | null {
  const [kind = '', ...endpoints] = said.split(' ');
  const hosts = [...new Set(endpoints.map(hostOf))];
  const host = hosts.length > 0 ? hosts.join(', ') : null;
  if (kind === 'websocket' || kind === 'pinned') {
    return { carrier: isAddress(hosts[0] ?? '') ? 'wss by address' : 'wss by name', host };
  }
  const carrier = BY_KIND[kind];
  return carrier === undefined ? null : { carrier, host };
}

/** @param seen as `mainWay` says it */
export function wayOfWire(seen: string): Way {
  const [kind = '', host = null] = seen.split(' ');
  if (kind === 'udp') return { carrier: 'webrtc-direct', host };
  return { carrier: kind === 'dns' ? 'dns' : 'tls', host };
}

/** With the host beside it. */
export function wayInWords({ carrier, host }: Way): string {
  return host === null ? carrier : `${carrier}, ${host}`;
}

/** `https://bakery.example/path`, `webrtc:203.0.113.10:33478#...`, `dns:t.chat.example#...`. */
function hostOf(endpoint: string): string {
  const rest = endpoint.replace(/^[a-z]+:(\/\/)?/, '').replace(/[/?#].*$/, '');
  return rest.replace(/:\d+$/, '');
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
