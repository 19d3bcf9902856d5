/** What a host says of a zone by whose names people ask where nothing but DNS passes. */
import { isIP } from 'node:net';
import { type DnsPlace, parseZone } from '@polynya/server/whereabouts/dns-zone';
import { Failure } from '../failure.ts';
import type { Given } from './config-file.ts';

export interface ZoneIsAt extends Pick<DnsPlace, 'host' | 'port'> {
  readonly nameserver: string | undefined;
  /** Of the site; the nameserver is called as the first of them that has a name, unless said otherwise. */
  readonly urls: readonly string[];
}

/** @throws Failure for a name that is none, or too long */
export function dnsPlace(
  { value, where }: Given,
  { nameserver, urls, host, port }: ZoneIsAt,
): DnsPlace {
  const zone = parseZone(value);
  if (zone === null) {
    throw new Failure(`${where} takes the name of a zone like t.example.org, not "${value}".`, 2);
  }
  const names = urls.map((url) => new URL(url).hostname).filter((name) => !/^\[/.test(name));
  const [named = `ns.${zone}`] = names.filter((name) => isIP(name) === 0);
  return { zone, nameserver: nameserver ?? named, host, port };
}
