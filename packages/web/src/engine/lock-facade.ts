/** What the page may do about the lock of its store, next to the messenger at the other end of the same port. */
import type { Way } from '@polynya/messenger/store/lock';

export interface LockFacade {
  /** How the store is locked; null: not at all. */
  lockedBy(): Promise<Way['by'] | null>;
  /** Locks it, and seals everything anew; settles once that is done. @param secret 32 bytes that the way gives */
  lock(way: Way, secret: Uint8Array): Promise<void>;
  /** Keeps the key in clear again. */
  unlock(): Promise<void>;
}
