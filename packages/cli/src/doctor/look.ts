/** Looks at the line to a server, and at other sites to compare it with, if the person names some. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { HostSeen, Seen } from '@polynya/messenger/line/diagnosis';
import { dnsStep, tcpStep, tlsStep } from './steps.ts';
import { measureTransfer } from './transfer.ts';

export interface Sites {
  /** Names of sites in the country, and abroad. */
  readonly home: readonly string[];
  readonly abroad: readonly string[];
}

/** A port at which servers do not listen (RFC 863, discard). */
const NOBODY = 9;

/** @param endpoints URLs that lead to the server */
export async function look(
  endpoints: readonly string[],
  { home, abroad }: Sites,
): Promise<Omit<Seen, 'reached'>> {
  const origins = [...new Set(endpoints.map((endpoint) => new URL(endpoint).origin))];
  const hosts = origins.map((origin) => ({ origin, ...hostOf(origin) }));
  const sites = Promise.all([home, abroad].map((names) => Promise.all(names.map(site))));
  // Addresses before names: a filter that hears the name may cut off the address for minutes.
  const server: HostSeen[] = [];
  for (const { host, port, origin } of hosts.sort((a, b) => isIP(b.host) - isIP(a.host))) {
    server.push(await seenOf(host, port, origin.startsWith('https:')));
  }
  const [atHome = [], outside = []] = await sites;
  const best = hosts.find((_, index) =>
    [server[index]?.tls, server[index]?.otherHello].includes('ok'),
  );
  const named = [...server, ...atHome, ...outside].map(({ dns }) => dns);
  return {
    connected: Object.values(networkInterfaces())
      .flat()
      .some((address) => address?.internal === false),
    resolver: named.some((dns) => dns === 'ok' || dns === 'refused'),
    ...{ server, home: atHome, abroad: outside },
    transfer: best?.origin.startsWith('https:') ? await measureTransfer(best.origin) : null,
  };
}

function hostOf(origin: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(origin);
  const usual = protocol === 'http:' ? 80 : 443;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

function site(name: string): Promise<HostSeen> {
  return seenOf(name, 443);
}

/** @param secure false for plain HTTP, which is only ever spoken on one machine: there is no TLS to look at */
async function seenOf(host: string, port: number, secure = true): Promise<HostSeen> {
  const seen: HostSeen = {
    host,
    dns: null,
    tcp: null,
    otherPort: null,
    tls: null,
    otherHello: null,
  };
  const dns = isIP(host) === 0 ? await dnsStep(host) : null;
  if (dns !== null && dns !== 'ok') return { ...seen, dns };
  const tcp = await tcpStep(host, port);
  if (tcp !== 'ok') return { ...seen, dns, tcp, otherPort: await tcpStep(host, NOBODY) };
  if (!secure) return { ...seen, dns, tcp, tls: 'ok' };
  const tls = await tlsStep(host, port, 'nodes');
  const again = tls === 'silent' || tls === 'reset';
  const otherHello = again ? await tlsStep(host, port, 'ours') : null;
  return { ...seen, dns, tcp, tls, otherHello };
}
