/**
 * The lab's hosts: where they stand, what they are called, and which of them the censor has on its lists.
 * Addresses are those that RFC 5737 keeps for documentation, names those of RFC 2606: none of them exists.
 */

/** `lan` and `domestic` are on the censor's side of the border, `foreign` is not. */
export type Network = 'lan' | 'domestic' | 'foreign';

export interface HostPlan {
  readonly network: Network;
  readonly address: string;
  /** What the resolvers know it by. */
  readonly name?: string;
  /** Its own behind a home router, where it has one: then `address` is the router's, and it can learn that one by STUN alone. */
  readonly behind?: string;
}

export const HOSTS = {
  /** Two members of Polynya at home, one who only asks what is done to the line, and two people with the naive messenger beside them. */
  ann: { network: 'lan', address: '192.168.7.11' },
  bob: { network: 'lan', address: '192.168.7.12' },
  dora: { network: 'lan', address: '192.168.7.13' },
  nan: { network: 'lan', address: '192.168.7.21' },
  ned: { network: 'lan', address: '192.168.7.22' },
  /** A member who lives abroad, as most do behind a home router. */
  carol: { network: 'foreign', address: '203.0.113.30', behind: '192.168.30.2' },
  server: { network: 'foreign', address: '203.0.113.10', name: 'chat.example' },
  naive: { network: 'foreign', address: '203.0.113.20', name: 'naive.example' },
  /** A web site that nobody minds. */
  decoy: { network: 'foreign', address: '203.0.113.80', name: 'weather.example' },
  resolver: { network: 'foreign', address: '203.0.113.53', name: 'dns.example' },
  bridge1: { network: 'foreign', address: '203.0.113.101', name: 'bakery.example' },
  bridge2: { network: 'foreign', address: '203.0.113.102', name: 'choir.example' },
  bridge3: { network: 'foreign', address: '203.0.113.103', name: 'garden.example' },
  bridge4: { network: 'foreign', address: '203.0.113.104', name: 'museum.example' },
  bridge5: { network: 'domestic', address: '198.51.100.101', name: 'library.example' },
  /** A server of Polynya in the country itself. */
  home: { network: 'domestic', address: '198.51.100.10', name: 'home.example' },
  /** A shop in the country that nobody minds and that is on no list. */
  market: { network: 'domestic', address: '198.51.100.81', name: 'market.example' },
  /** What a whitelist lets through. */
  portal: { network: 'domestic', address: '198.51.100.80', name: 'portal.example' },
} as const satisfies Record<string, HostPlan>;

export type HostName = keyof typeof HOSTS;

export const hostNames = Object.keys(HOSTS) as HostName[];

/** The ISP's end of a host's cable. */
export function portOf(host: HostName): string {
  return `v-${host}`;
}

/** Where the ISP stands in each network, and the networks' names as Linux has them. */
export const GATEWAYS: Readonly<Record<Network, { device: string; address: string }>> = {
  lan: { device: 'br-lan', address: '192.168.7.1' },
  domestic: { device: 'br-domestic', address: '198.51.100.1' },
  foreign: { device: 'br-foreign', address: '203.0.113.1' },
};

export const SUBNETS: Readonly<Record<Network, string>> = {
  lan: '192.168.7.0/24',
  domestic: '198.51.100.0/24',
  foreign: '203.0.113.0/24',
};

/** The address that everybody's system asks for names: the ISP's resolver at home, the public one abroad. */
export const NAMESERVER = '192.0.2.53';

/** A zone whose names the server itself knows: a resolver that is asked for one asks there. */
export const DELEGATED = { zone: 't.chat.example', nameserver: HOSTS.server.address } as const;

/** What the censor has heard of and does not like. */
export const BLOCKED = {
  names: [HOSTS.server.name, HOSTS.naive.name],
  addresses: [HOSTS.server.address, HOSTS.naive.address],
} as const;

/** What still works when everything else is forbidden: address and name have to fit. */
export const LISTED = [HOSTS.portal, HOSTS.bridge5] as const;

/** Sites that people name who ask what is done to their line: two in the country, two abroad. */
export const COMPARED_WITH = {
  home: [HOSTS.portal.name, HOSTS.market.name],
  abroad: [HOSTS.decoy.name, HOSTS.bridge4.name],
} as const;

/** The bridges that a censor suspects because it saw them in use. */
export const BRIDGES = ['bridge1', 'bridge2', 'bridge3', 'bridge4', 'bridge5'] as const;

/** Whom a name belongs to, as an honest resolver says. */
export function addressOf(name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const host of Object.values(HOSTS)) {
    if ('name' in host && host.name === wanted) return host.address;
  }
  return undefined;
}
