/**
 * Bounds the bytes of blobs that one allowance has stored at a time, without writing down which those
 * are: a bucket in memory that what is created empties and that `keep.days` fill again.
 */

import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { keyOf } from '@polynya/reach/key-of';
import type { Config } from '../config.ts';
import type { Engine, NewBlob } from '../engine/engine.ts';
import type { TokenBuckets } from './token-bucket.ts';

const DAY = 86_400_000;

export class StoredBytes {
  readonly #buckets: TokenBuckets;
  readonly #rate;

  constructor({ allowance, keep }: Config, buckets: TokenBuckets) {
    this.#buckets = buckets;
    this.#rate = { burst: allowance.stored, everyMs: (keep.days * DAY) / allowance.stored };
  }

  /** Creates a blob on an allowance that has room for it. @throws quota, and whatever the engine throws */
  async create(engine: Pick<Engine, 'createBlob'>, blob: NewBlob): Promise<void> {
    const bytes = Math.max(1, blob.pieces) * LIMITS.piece;
    const bucket = this.#buckets.of(`stored ${keyOf(blob.allowance)}`, this.#rate);
    if (!bucket.take(bytes)) throw new ProtocolError('quota', 'so much is stored already');
    let isNew = false;
    try {
      isNew = await engine.createBlob(blob);
    } finally {
      if (!isNew) bucket.giveBack(bytes);
    }
  }
}
