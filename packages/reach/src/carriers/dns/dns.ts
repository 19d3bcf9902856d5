/** The carrier by DNS queries, loaded only where a line needs it. Node only. */
import { type Bytes, fromBase64url, toBase64url } from '@polynya/protocol/bytes';
import { isDnsZone } from '@polynya/protocol/dns-query';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Clock, Random } from '../../clock.ts';
import type { CarrierFactory } from '../carrier.ts';
import type { WorkingMode } from './mode.ts';
import type { Ask } from './resolver.ts';

/** The zone of an endpoint, as RFC 4501 writes one, and its key: `dns:zone.example#key=…`; null for any other. */
export function zoneOf(endpoint: string): { readonly zone: string; readonly key: Bytes } | null {
  const [, zone = '', key = ''] = /^dns:([^#]+)#key=([\w-]{22})$/.exec(endpoint) ?? [];
  try {
    return isDnsZone(zone) ? { zone, key: fromBase64url(key) } : null;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** The endpoint of a zone. @param key 16 bytes */
export function zoneEndpoint(zone: string, key: Uint8Array): string {
  return `dns:${zone}#key=${toBase64url(key)}`;
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
      const found = zoneOf(endpoint);
      if (found === null) throw new Error('not a zone');
      const [{ DnsCarrier, MODE_KEPT }, { Cover }, { findMode }, { askResolver }] =
        await Promise.all([
          import('./client.ts'),
          import('../cover.ts'),
          import('./mode.ts'),
          import('./resolver.ts'),
        ]);
      const { zone, key } = found;
      const asking = { ask: ask ?? askResolver(random), zone, cover: new Cover(key, random) };
      const before = known.get(zone);
      const fresh = before && Math.abs(clock.now() - before.at) < MODE_KEPT;
      const mode = fresh ? before.mode : await findMode(asking, clock, signal);
      signal.throwIfAborted();
      known.set(zone, { mode, at: clock.now() });
      const failed = (): void => void known.delete(zone);
      return new DnsCarrier({ ...asking, mode, clock, random, failed });
    },
  };
}
