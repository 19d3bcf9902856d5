/**
 * The delivery service (RFC 9750): what the requests of docs/protocol.md section 4 do. Knows no
 * envelope, key or connection; a session is somebody who asks and can be told.
 */

import type {
  SessionHandler,
  SessionLogic,
  SessionPort,
} from '@polynya/reach/server/session-handler';
import type { Config } from '../config.ts';
import type { Engine } from '../engine/engine.ts';
import { StoredBytes } from '../limits/stored-bytes.ts';
import { TokenBuckets } from '../limits/token-bucket.ts';
import type { Push } from '../push/push.ts';
import type { ToldRecords } from '../whereabouts/told-records.ts';
import { DeliverySession } from './delivery-session.ts';
import { Volunteers } from './volunteers.ts';
import { Watchers } from './watchers.ts';

export interface DeliveryOptions {
  readonly engine: Engine;
  readonly config: Config;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The records of endpoints, where this server has bridges. */
  readonly records?: Pick<ToldRecords, 'answer' | 'gone'>;
  /** Hears of a storage that failed. */
  readonly report: (error: unknown) => void;
  /** Takes signals along to the other processes of this server, if it has any. */
  readonly signalElsewhere?: (log: Uint8Array, body: Uint8Array) => void;
  /** Tells those who are away; loaded when somebody asks for it first. */
  readonly push?: () => Promise<Push>;
}

/** What all sessions have in common. */
export interface Shared extends DeliveryOptions {
  readonly watchers: Watchers;
  readonly buckets: TokenBuckets;
  readonly stored: StoredBytes;
  readonly volunteers: Volunteers;
}

export class Delivery implements SessionHandler {
  readonly #shared: Shared;

  constructor(options: DeliveryOptions) {
    const watchers = new Watchers();
    const volunteers = new Volunteers(options.engine);
    const buckets = new TokenBuckets(options.now, true);
    const stored = new StoredBytes(options.config, buckets);
    this.#shared = { ...options, watchers, buckets, stored, volunteers };
    options.engine.onChange((change) => watchers.announce(change));
  }

  /** Logs that somebody watches (count). */
  get watched(): number {
    return this.#shared.watchers.size;
  }

  /** What no session has for itself: of contact tokens, of a log's Commits, of what an allowance has stored. */
  get rates(): TokenBuckets {
    return this.#shared.buckets;
  }

  /** A signal that came by another process of this server, which let its sender in. */
  signal(log: Uint8Array, body: Uint8Array): void {
    this.#shared.watchers.signal(log, undefined, body);
  }

  open(port: SessionPort): SessionLogic {
    return new DeliverySession(this.#shared, port);
  }
}
