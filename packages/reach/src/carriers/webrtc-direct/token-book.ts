/**
 * The called's view of ufrags: whether one was sealed under the secret of its endpoint, and was never seen before.
 * Whoever cannot make one gets no answer, and neither does who repeats what they heard.
 */
import { createDecipheriv, hkdfSync } from 'node:crypto';
import {
  type IceCredentials,
  iceLetters,
  LONGEST_PASSWORD,
  NONCE,
  PASSWORD,
  PASSWORD_BYTES,
  TAG,
  TOKEN_KEY,
} from './credentials.ts';

/** How far the clocks of caller and called may be apart, in s. */
const WINDOW = 7_200;
/** Tokens that are remembered (count); the oldest go. */
const REMEMBERED = 100_000;
const FORM = /^[A-Za-z0-9+/]{44,256}$/;

export interface OpenedToken {
  /** The caller's. */
  readonly callerPassword: string;
  readonly own: IceCredentials;
}

export class TokenBook {
  readonly #secret: string;
  readonly #key: Buffer;
  readonly #now: () => number;
  readonly #since: number;
  readonly #window: number;
  readonly #seen = new Map<string, number>();

  /**
   * @param now ms since 1970; nothing that was made before the start is taken, because it may have been seen
   * @param fresh the secret is as new as this: whatever was not seen here never was, and no clock has to be right
   */
  constructor(secret: string, now: () => number, fresh = false) {
    this.#secret = secret;
    this.#key = this.#derive(TOKEN_KEY, 32);
    this.#now = now;
    this.#since = fresh ? 0 : Math.floor(now() / 1_000);
    this.#window = fresh ? Number.POSITIVE_INFINITY : WINDOW;
  }

  /** What a ufrag carries, once; null for all others. */
  take(ufrag: string): OpenedToken | null {
    const now = Math.floor(this.#now() / 1_000);
    const plain = FORM.test(ufrag) && !this.#seen.has(ufrag) ? this.#open(ufrag) : null;
    if (!plain || plain.length < 5) return null;
    const made = plain.readUInt32BE(0);
    const callerPassword = plain.subarray(4).toString('latin1');
    if (made < this.#since || Math.abs(now - made) > this.#window) return null;
    if (callerPassword.length > LONGEST_PASSWORD || !/^[A-Za-z0-9+/]+$/.test(callerPassword)) {
      return null;
    }
    this.#remember(ufrag, made, now);
    const password = iceLetters(this.#derive(PASSWORD + ufrag, PASSWORD_BYTES));
    return { callerPassword, own: { ufrag, password } };
  }

  #open(ufrag: string): Buffer | null {
    const bytes = Buffer.from(ufrag, 'base64');
    // Spare bits of the last letter make other ufrags of a token that somebody saw.
    if (iceLetters(bytes) !== ufrag) return null;
    const end = bytes.length - TAG;
    try {
      const cipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE), {
        authTagLength: TAG,
      });
      cipher.setAuthTag(bytes.subarray(end));
      return Buffer.concat([cipher.update(bytes.subarray(NONCE, end)), cipher.final()]);
    } catch {
      // Not sealed under this secret.
      return null;
    }
  }

  #remember(ufrag: string, made: number, now: number): void {
    this.#seen.set(ufrag, made);
    for (const [oldest, at] of this.#seen) {
      if (this.#seen.size <= REMEMBERED && now - at <= this.#window) break;
      this.#seen.delete(oldest);
    }
  }

  #derive(info: string, bytes: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', info, bytes));
  }
}
