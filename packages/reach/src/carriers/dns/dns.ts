/** The carrier by DNS queries, loaded only where a line needs it. Node only. */
import { isDnsZone } from '@polynya/protocol/dns-query';
import type { Clock, Random } from '../../clock.ts';
import type { CarrierFactory } from '../carrier.ts';
import type { WorkingMode } from './mode.ts';
import type { Ask } from './resolver.ts';

/** Endpoints that are zones (RFC 4501): `dns:zone.example`. */
const SCHEME = 'dns:';

/** The zone of an endpoint; null for any other endpoint. */
export function zoneOf(endpoint: string): string | null {
  const zone = endpoint.slice(SCHEME.length);
  return endpoint.startsWith(SCHEME) && isDnsZone(zone) ? zone : null;
}

/** @param ask how a resolver is asked; else the one of this host */
export function dnsCarrier(clock: Clock, random: Random, ask?: Ask): CarrierFactory {
  /** What worked for a zone last, so that whoever opens it again need not find out anew. */
  const known = new Map<string, { readonly mode: WorkingMode; readonly at: number }>();
  return {
    kind: 'dns',
    takes: (endpoint) => zoneOf(endpoint) !== null,
    last: true,
    open: async (endpoint, signal) => {
      const zone = zoneOf(endpoint);
      if (zone === null) throw new Error('not a zone');
      const [{ DnsCarrier, MODE_KEPT }, { findMode }, { askResolver }] = await Promise.all([
        import('./client.ts'),
        import('./mode.ts'),
        import('./resolver.ts'),
      ]);
      const asks = ask ?? askResolver(random);
      const before = known.get(zone);
      const fresh = before && Math.abs(clock.now() - before.at) < MODE_KEPT;
      const mode = fresh ? before.mode : await findMode(asks, zone, { clock, random }, signal);
      signal.throwIfAborted();
      known.set(zone, { mode, at: clock.now() });
      const failed = (): void => void known.delete(zone);
      return new DnsCarrier({ zone, mode, ask: asks, clock, random, failed });
    },
  };
}
