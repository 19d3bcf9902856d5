/**
 * A cover for carriers that show what they carry to others on the way (docs/protocol.md section 2): each query and
 * each answer is sealed under the endpoint's key. What has no key sees noise, and gets no answer by which to know the
 * server. Node only.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { Random } from '../clock.ts';

/** Bytes of an endpoint's key. */
export const COVER_KEY = 16;
/** Bytes at the beginning of a query, and of an answer. No two queries have them in common, so none is answered from memory. */
const SALT = 8;
const ANSWER_SALT = 4;
const TAG = 8;
/** Bytes by which a query, and an answer, are longer than what they say. */
export const COVER = { query: SALT + TAG, answer: ANSWER_SALT + TAG };
const SUITE = 'aes-128-gcm';

export class Cover {
  readonly #random: Random;
  readonly #up: Buffer;
  readonly #down: Buffer;
  readonly #downSalt: Buffer;

  /** @param key `COVER_KEY` bytes */
  constructor(key: Uint8Array, random: Random) {
    this.#random = random;
    this.#up = keyFor(key, 'polynya cover up');
    this.#down = keyFor(key, 'polynya cover down');
    this.#downSalt = keyFor(key, 'polynya cover down salt');
  }

  coverQuery(said: Uint8Array): Uint8Array {
    const salt = this.#random(SALT);
    return Buffer.concat([salt, seal(this.#up, upNonce(salt), said)]);
  }

  /** What a query says; null for what was not made by this key. */
  openQuery(query: Uint8Array): Uint8Array | null {
    return open(this.#up, upNonce(query.subarray(0, SALT)), query.subarray(SALT));
  }

  /**
   * The answer to this very query, and to no other. Its salt is made of what is said: whoever repeats a query of
   * somebody's has the same sealed again, where of random salts so short two soon meet.
   */
  coverAnswer(query: Uint8Array, said: Uint8Array): Uint8Array {
    const asked = query.subarray(0, SALT);
    const made = createHmac('sha256', this.#downSalt).update(asked).update(said).digest();
    const salt = made.subarray(0, ANSWER_SALT);
    const nonce = Buffer.concat([asked, salt]);
    return Buffer.concat([salt, seal(this.#down, nonce, said)]);
  }

  openAnswer(query: Uint8Array, answer: Uint8Array): Uint8Array | null {
    const salt = answer.subarray(0, ANSWER_SALT);
    const nonce = Buffer.concat([query.subarray(0, SALT), salt]);
    return open(this.#down, nonce, answer.subarray(ANSWER_SALT));
  }
}

function keyFor(key: Uint8Array, label: string): Buffer {
  return createHmac('sha256', key).update(label).digest().subarray(0, 16);
}

function upNonce(salt: Uint8Array): Buffer {
  return Buffer.concat([salt, Buffer.alloc(ANSWER_SALT)]);
}

function seal(key: Buffer, nonce: Buffer, said: Uint8Array): Buffer {
  const cipher = createCipheriv(SUITE, key, nonce, { authTagLength: TAG });
  return Buffer.concat([cipher.update(said), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, nonce: Buffer, sealed: Uint8Array): Uint8Array | null {
  if (nonce.length !== SALT + ANSWER_SALT || sealed.length < TAG) return null;
  const end = sealed.length - TAG;
  const decipher = createDecipheriv(SUITE, key, nonce, { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(end));
  const said = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return said;
  } catch {
    // Node has one plain Error for whatever was not sealed by this key.
    return null;
  }
}
