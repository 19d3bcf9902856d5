/** A zone whose names are what clients say (docs/protocol.md section 2), for a server or a bridge. */

import { createHmac } from 'node:crypto';
import { isDnsZone } from '@polynya/protocol/dns-query';
import { COVER_KEY, Cover } from '@polynya/reach/carriers/cover';
import { zoneEndpoint, zoneOf } from '@polynya/reach/carriers/dns/dns';
import { serveZone, type ZoneServer } from '@polynya/reach/carriers/dns/listen';
import { Pieces, type PiecesEnd } from '@polynya/reach/carriers/dns/pieces';
import { Zone } from '@polynya/reach/carriers/dns/zone';
import type { Random } from '@polynya/reach/clock';
import type { SteadyClock } from '@polynya/reach/steady-clock';

/** Where a zone is served. */
export interface DnsPlace {
  /** In lower case, without a dot at its end: the zone's parent has to name this machine as its nameserver. */
  readonly zone: string;
  /** What the parent calls this machine. */
  readonly nameserver: string;
  readonly host: string;
  /** 53 unless something else hands queries on; 0: any that is free. */
  readonly port: number;
}

/** A zone's key: the same for the same secret, so that it outlives restarts. */
export function zoneKey(secret: Uint8Array): Uint8Array {
  const mac = createHmac('sha256', secret).update('polynya dns zone').digest();
  return mac.subarray(0, COVER_KEY);
}

/** What a bridge with a zone tells the server that it leads to: the endpoint itself. */
export const zoneLine = zoneEndpoint;

/** Whether this is a whole line as a bridge with a zone prints one. */
export function isZoneLine(line: string): boolean {
  return zoneOf(line) !== null;
}

/** The zone that a person named, null if it is no name or leaves no room for what is said in names below it. */
export function parseZone(given: string): string | null {
  const zone = given.toLowerCase().replace(/\.$/, '');
  return isDnsZone(zone) ? zone : null;
}

export interface ZoneMeans {
  readonly clock: SteadyClock;
  readonly random: Random;
  /** Hears of errors that are bugs; never of what somebody sent. */
  readonly report: (error: unknown) => void;
}

/** @param key of `zoneKey`. Rejects with the platform's error (EADDRINUSE, EACCES and the like) when it cannot listen. */
export function startZone(
  place: DnsPlace,
  key: Uint8Array,
  to: PiecesEnd,
  { clock, random, report }: ZoneMeans,
): Promise<ZoneServer> {
  const pieces = new Pieces({ ...to, clock });
  const cover = new Cover(key, random);
  return serveZone(new Zone({ ...place, cover, pieces }), place, report);
}
