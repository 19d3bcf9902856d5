/**
 * Where the hosts of a record's other endpoints are, as its server says: an endpoint that nobody goes to, for clients
 * whose resolver is silent or lies (docs/protocol.md section 2). Who answers there shows a certificate for the name.
 */
import { LIMITS } from './limits.ts';

const SCHEME = 'at:#';
/** Of one host (count). */
const MOST = 4;
const HOST = /^[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+$/;
const ADDRESS = /^((\d{1,3}\.){3}\d{1,3}|[\da-f:]*:[\da-f:.]*)$/;

export function isHostAddresses(endpoint: string): boolean {
  return endpoint.startsWith(SCHEME);
}

/** As an endpoint of a record; null if there is nothing to say. What finds no room is left out. */
export function encodeHostAddresses(hosts: ReadonlyMap<string, readonly string[]>): string | null {
  let line = SCHEME;
  for (const [host, addresses] of hosts) {
    const said = addresses.filter((one) => ADDRESS.test(one)).slice(0, MOST);
    const word = `${line === SCHEME ? '' : '&'}${host}=${said.join(',')}`;
    const fits = line.length + word.length <= LIMITS.endpoint;
    if (HOST.test(host) && said.length > 0 && fits) line += word;
  }
  return line === SCHEME ? null : line;
}

/** What such an endpoint says; what is none of it is passed over. */
export function decodeHostAddresses(endpoint: string): ReadonlyMap<string, readonly string[]> {
  const words = endpoint.slice(SCHEME.length).split('&');
  const said = words.map((word): [string, string[]] => {
    const [host = '', addresses = ''] = word.split('=');
    return [
      host,
      addresses
        .split(',')
        .filter((one) => ADDRESS.test(one))
        .slice(0, MOST),
    ];
  });
  return new Map(said.filter(([host, all]) => HOST.test(host) && all.length > 0));
}
