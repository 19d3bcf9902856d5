/** The carrier of sips, loaded only where a line needs it. */
import type { Clock, Random } from '../../clock.ts';
import { Openings } from '../../openings.ts';
import type { CarrierFactory } from '../carrier.ts';

export function sipCarrier(clock: Clock, random: Random): CarrierFactory {
  return {
    kind: 'sip',
    spreads: true,
    open: async (endpoints, signal, openings = new Openings()) => {
      const { openSips } = await import('./sips.ts');
      signal.throwIfAborted();
      return openSips({ endpoints: endpoints.split(' '), openings, clock, random });
    },
  };
}
