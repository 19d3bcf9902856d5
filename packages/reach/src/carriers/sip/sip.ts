/** The carrier of sips, loaded only where a line needs it. */

import { Openings } from '../../client/openings.ts';
import type { Clock, Random } from '../../clock.ts';
import type { CarrierFactory } from '../carrier.ts';
import { fetchPost, type Post } from '../post/post.ts';

export function sipCarrier(clock: Clock, random: Random, post: Post = fetchPost): CarrierFactory {
  return {
    kind: 'sip',
    spreads: true,
    open: async (endpoints, signal, openings = new Openings()) => {
      const { SipCarrier } = await import('./sips.ts');
      signal.throwIfAborted();
      return new SipCarrier({ endpoints: endpoints.split(' '), openings, clock, random, post });
    },
  };
}
