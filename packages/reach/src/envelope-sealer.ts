/**
 * Seals what a server sends (docs/protocol.md section 3): nonce ‖ AES-256-GCM(key, nonce, aad, CBOR ‖ zeros),
 * the CBOR being given in parts that were encoded before, because many clients are sent the same ones.
 */
import { createCipheriv } from 'node:crypto';
import { NONCE, padme, TAG } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import type { Random } from './clock.ts';
import { pooled } from './random-pool.ts';

export class EnvelopeSealer {
  readonly #random: Random;
  /** Where a plaintext is put together; never more than one at a time. */
  readonly #plaintext = new Uint8Array(LIMITS.envelope);

  constructor(random: Random) {
    this.#random = pooled(random);
  }

  /**
   * `overhead`: what the envelope adds to its plaintext (`OVERHEAD`), so that its whole length is padded.
   * The parts have to fit into an envelope.
   */
  seal(
    key: Uint8Array,
    aad: Uint8Array,
    overhead: number,
    parts: readonly Uint8Array[],
  ): Uint8Array {
    let used = 0;
    for (const part of parts) {
      this.#plaintext.set(part, used);
      used += part.length;
    }
    const length = padme(overhead + used) - overhead;
    this.#plaintext.fill(0, used, length);
    const nonce = this.#random(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    if (aad.length > 0) cipher.setAAD(aad);
    const sealed = new Uint8Array(NONCE + length + TAG);
    sealed.set(nonce);
    sealed.set(cipher.update(this.#plaintext.subarray(0, length)), NONCE);
    cipher.final();
    sealed.set(cipher.getAuthTag(), NONCE + length);
    return sealed;
  }
}
