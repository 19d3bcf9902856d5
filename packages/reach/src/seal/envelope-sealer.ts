/**
 * Seals what a server sends (docs/protocol.md section 3): nonce ‖ AES-256-GCM(key, nonce, aad, CBOR ‖ zeros), the
 * CBOR being a struct whose last field is a list of items, which were encoded before, because many clients are sent
 * the same ones. And opens what it is sent.
 */
import { type Cbor, writeArrayHead, writeCbor } from '@polynya/protocol/cbor';
import { HANDLE, NONCE, padme } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import type { Random } from '../clock.ts';
import { Gcm } from '../gcm/gcm.ts';
import type { GcmKey } from '../gcm/key.ts';
import type { EncodedItem } from './item-encoder.ts';
import { pooled } from './random-pool.ts';

export class EnvelopeSealer {
  readonly #random: Random;
  readonly #gcm = new Gcm();
  /** Where a plaintext is put together; never more than one at a time. */
  readonly #plaintext = new Uint8Array(LIMITS.envelope);

  constructor(random: Random) {
    this.#random = pooled(random);
  }

  /**
   * `overhead`: what the envelope adds to its plaintext (`OVERHEAD`), so that its whole length is padded.
   * `fields`: those of the struct before the list of items. It has to fit into an envelope.
   */
  seal(
    key: GcmKey,
    aad: Uint8Array,
    overhead: number,
    fields: readonly Cbor[],
    items: readonly EncodedItem[],
  ): Uint8Array {
    const plaintext = this.#plaintext;
    let used = writeArrayHead(plaintext, 0, fields.length + 1);
    for (const field of fields) used = writeCbor(plaintext, used, field);
    used = writeArrayHead(plaintext, used, items.length);
    for (const parts of items) {
      for (const part of parts) {
        plaintext.set(part, used);
        used += part.length;
      }
    }
    const length = padme(overhead + used) - overhead;
    plaintext.fill(0, used, length);
    return this.#gcm.seal(key, this.#random(NONCE), aad, plaintext.subarray(0, length));
  }

  /** The plaintext of handle ‖ nonce ‖ ciphertext ‖ tag; null if it does not open. */
  open(key: GcmKey, envelope: Uint8Array): Uint8Array | null {
    const handle = envelope.subarray(0, HANDLE);
    const nonce = envelope.subarray(HANDLE, HANDLE + NONCE);
    return this.#gcm.open(key, nonce, handle, envelope.subarray(HANDLE + NONCE));
  }
}
