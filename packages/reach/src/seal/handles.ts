/**
 * Handles and their tokens (docs/protocol.md section 3): 16 bytes that look random, by which the server
 * knows its own without keeping a list, also after a restart, and which of its processes has the session.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { HANDLE } from '@polynya/protocol/envelope';
import type { Handle } from '@polynya/protocol/requests';
import type { Random } from '../clock.ts';

const HALF = HANDLE / 2;
/** Of the random part, the bytes that hide the number of the process. */
const NUMBER = 2;

export class Handles {
  readonly #key: Uint8Array;
  readonly #random: Random;
  readonly #process: number;

  /**
   * `key`: 32 secret bytes that the server keeps across restarts. `process`: below 65,536, of the process
   * that issues, where a server has several.
   */
  constructor(key: Uint8Array, random: Random, process = 0) {
    this.#key = key;
    this.#random = random;
    this.#process = process;
  }

  /** A new handle, r(8) ‖ HMAC("handle" ‖ r)[0..8], and the token that will tell of its end. */
  issue(): Handle {
    const fresh = this.#random(HALF - NUMBER);
    const hidden = new Uint8Array(NUMBER);
    new DataView(hidden.buffer).setUint16(0, this.#process ^ this.#mask(fresh));
    const r = concat(fresh, hidden);
    const handle = concat(r, this.#mac('handle', r, HALF));
    return { handle, token: this.token(handle) };
  }

  /** Whether this server, before or after a restart, issued this handle. */
  issued(handle: Uint8Array): boolean {
    const expected = this.#mac('handle', handle.subarray(0, HALF), HALF);
    return handle.length === HANDLE && timingSafeEqual(handle.subarray(HALF), expected);
  }

  /** Which process issued a handle of this server; of other bytes any number. */
  issuer(handle: Uint8Array): number {
    const hidden = ((handle[HALF - 2] ?? 0) << 8) | (handle[HALF - 1] ?? 0);
    return hidden ^ this.#mask(handle.subarray(0, HALF - NUMBER));
  }

  token(handle: Uint8Array): Uint8Array {
    return this.#mac('token', handle, HANDLE);
  }

  #mask(fresh: Uint8Array): number {
    const [high = 0, low = 0] = this.#mac('process', fresh, NUMBER);
    return (high << 8) | low;
  }

  #mac(label: string, bytes: Uint8Array, length: number): Uint8Array {
    const mac = createHmac('sha256', this.#key).update(utf8(label)).update(bytes).digest();
    return new Uint8Array(mac.subarray(0, length));
  }
}
