/**
 * Where one session's push subscriptions to groups' logs lie. A member is not known from another by the server, so a
 * session has one place in a log, whatever it calls its browser, and new places of a log come slowly once half are taken.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { keyOf } from '@polynya/reach/key-of';
import type { TokenBucket } from '../limits/token-bucket.ts';

export class OwnPlaces {
  /** By log (`keyOf`). */
  readonly #rows = new Map<string, Uint8Array>();

  /**
   * Leaves a subscription at the session's place in this log, where it replaces what the session left before. Without
   * one it gets `row`, which takes of `fresh`, of the log's.
   * @throws rate, and whatever `leave` throws
   */
  async use(
    log: Uint8Array,
    row: Uint8Array,
    fresh: TokenBucket,
    leave: (row: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const name = keyOf(log);
    const known = this.#rows.get(name);
    if (known) return leave(known);
    if (!fresh.take()) throw new ProtocolError('rate', 'new push subscriptions', fresh.wait());
    // At once: what is asked for in the same turn has the same place.
    this.#rows.set(name, row);
    try {
      await leave(row);
    } catch (error) {
      this.#rows.delete(name);
      fresh.giveBack();
      throw error;
    }
  }
}
