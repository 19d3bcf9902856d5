/**
 * The messenger over what every platform has: the system's clock and randomness, WebSocket and fetch. What
 * differs between page, worker and Node is the store alone.
 */
import type { Primitives } from '@polynya/crypto/primitives';
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { type CarrierFactory, isPlain } from '@polynya/reach/carriers/carrier';
import { isHidden } from '@polynya/reach/carriers/hidden';
import { postCarrierBy } from '@polynya/reach/carriers/post/client';
import { fetchPost, type Post } from '@polynya/reach/carriers/post/post';
import { sipCarrier } from '@polynya/reach/carriers/sip/sip';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import type { Messenger } from './api.ts';
import type { Log } from './conversation/world.ts';
import { authenticationService } from './identity/authentication-service.ts';
import { createMessenger, type Ports } from './messenger.ts';
import type { Store } from './store/store.ts';

export type Platform = Pick<
  Ports,
  'network' | 'hostsAt' | 'openings' | 'freezes' | 'turned' | 'opened' | 'lateTrouble'
> & {
  readonly primitives?: Primitives;
  /** The platform's WebSockets and POSTs, where it has better ones than those that pages have. */
  readonly webSocket?: CarrierFactory;
  readonly post?: Post;
  /** Tried after WebSocket and before POST. */
  readonly carriers?: readonly CarrierFactory[];
  /** Tried after all others. */
  readonly last?: readonly CarrierFactory[];
  readonly through?: (factory: CarrierFactory) => CarrierFactory;
};

/**
 * The messenger owns the store from now on.
 * @param platform what it has beside that; `primitives`: its cryptography, where that is better than WebCrypto's;
 *   `carriers`, `last`: of its own; `through`: what stands before each of them and the usual ones
 * @throws StoreError
 */
export async function openMessenger(
  store: Store,
  log: Log,
  {
    primitives,
    webSocket = webSocketCarrier,
    post = fetchPost,
    carriers = [],
    last = [],
    through = (factory) => factory,
    ...platform
  }: Platform = {},
): Promise<Messenger> {
  const now = () => Math.floor(systemClock.now() / 1_000);
  const byPost = (hidden: boolean): CarrierFactory => ({
    ...postCarrierBy(post, systemClock, systemRandom),
    takes: (endpoint) => isPlain(endpoint) && isHidden(endpoint) === hidden,
  });
  return createMessenger({
    store,
    engine: makeEngine({
      authentication: authenticationService,
      now,
      ...(primitives && { primitives }),
    }),
    clock: systemClock,
    random: systemRandom,
    carriers: [
      // A page goes by no WebSocket to what passes for a web site: POSTs are the first there.
      ...[webSocket, byPost(true), ...carriers, byPost(false)],
      sipCarrier(systemClock, systemRandom, post),
      ...last,
    ].map((factory) => through(factory)),
    log,
    ...platform,
  });
}
