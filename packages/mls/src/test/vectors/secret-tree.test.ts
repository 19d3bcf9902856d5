/** secret-tree.json: the keys of messages, and of the data about their senders (RFC 9420 sections 9 and 6.3.2). */
import { expect, test } from 'vitest';
import { expandWithLabel } from '../../crypto/labels.ts';
import { DEFAULT_LIMITS } from '../../schedule/ratchet.ts';
import { type RatchetType, type SecretTree, take } from '../../schedule/secret-tree.ts';
import { bySuite, bytes, hex, suiteOf } from './vectors.ts';

interface Vector {
  readonly cipher_suite: number;
  readonly encryption_secret: string;
  readonly sender_data: {
    readonly sender_data_secret: string;
    readonly ciphertext: string;
    readonly key: string;
    readonly nonce: string;
  };
  readonly leaves: readonly (readonly {
    readonly generation: number;
    readonly application_key: string;
    readonly application_nonce: string;
    readonly handshake_key: string;
    readonly handshake_nonce: string;
  }[])[];
}

test.each(bySuite<Vector>('secret-tree.json'))('suite $suiteId', async ({ suiteId, vectors }) => {
  const suite = await suiteOf(suiteId);
  for (const vector of vectors) {
    const { sender_data_secret, ciphertext, key, nonce } = vector.sender_data;
    const sample = bytes(ciphertext).subarray(0, suite.hash.size);
    const derived = (label: string, length: number) =>
      hex(expandWithLabel(suite, bytes(sender_data_secret), label, sample, length));
    expect([derived('key', suite.aead.keySize), derived('nonce', 12)]).toEqual([key, nonce]);

    const untouched = { root: bytes(vector.encryption_secret), leafCount: vector.leaves.length };
    for (const order of [1, -1]) {
      let tree: SecretTree = untouched;
      const taken = (leaf: number, type: RatchetType, generation: number) => {
        const result = take(suite, tree, leaf, type, generation, DEFAULT_LIMITS, 0);
        tree = result.tree;
        return [hex(result.key.key), hex(result.key.nonce)];
      };
      for (const [leaf, generations] of vector.leaves.entries()) {
        // Backwards, the keys of skipped generations are used.
        for (const given of order > 0 ? generations : generations.toReversed()) {
          expect(taken(leaf, 'application', given.generation)).toEqual([
            given.application_key,
            given.application_nonce,
          ]);
          expect(taken(leaf, 'handshake', given.generation)).toEqual([
            given.handshake_key,
            given.handshake_nonce,
          ]);
          expect(() => taken(leaf, 'handshake', given.generation)).toThrow('replayed');
        }
      }
    }
  }
});
