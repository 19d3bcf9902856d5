/**
 * Handles and their tokens (docs/protocol.md section 3): 16 bytes that look random, by which the server
 * knows its own without keeping a list, also after a restart.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { HANDLE } from '@polynya/protocol/envelope';
import type { Handle } from '@polynya/protocol/requests';
import type { Random } from './clock.ts';

const HALF = HANDLE / 2;

export class Handles {
  readonly #key: Uint8Array;
  readonly #random: Random;

  /** `key`: 32 secret bytes that the server keeps across restarts. */
  constructor(key: Uint8Array, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  /** A new handle, r(8) ‖ HMAC("handle" ‖ r)[0..8], and the token that will tell of its end. */
  issue(): Handle {
    const r = this.#random(HALF);
    const handle = concat(r, this.#mac('handle', r, HALF));
    return { handle, token: this.token(handle) };
  }

  /** Whether this server, before or after a restart, issued this handle. */
  issued(handle: Uint8Array): boolean {
    const expected = this.#mac('handle', handle.subarray(0, HALF), HALF);
    return handle.length === HANDLE && timingSafeEqual(handle.subarray(HALF), expected);
  }

  token(handle: Uint8Array): Uint8Array {
    return this.#mac('token', handle, HANDLE);
  }

  #mac(label: string, bytes: Uint8Array, length: number): Uint8Array {
    const mac = createHmac('sha256', this.#key).update(utf8(label)).update(bytes).digest();
    return new Uint8Array(mac.subarray(0, length));
  }
}
