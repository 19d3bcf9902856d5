/** Who sends a push message (RFC 8292, VAPID): a token that the server's key signed, for one push service and half a day. */
import { type KeyObject, sign } from 'node:crypto';
import { publicPoint } from '../kept/p256-key.ts';

/** s: tokens are good for a day at most (RFC 8292 section 2). */
const LIFE = 12 * 3_600;
/** A token is used again while so much of it is left. */
const LEFT = 3_600;
/** Push services whose tokens are kept: browsers have a handful. */
const KEPT = 64;

export class Vapid {
  /** An uncompressed point of P-256: what browsers are given to subscribe with. */
  readonly publicKey: Uint8Array;
  readonly #key: KeyObject;
  readonly #said: string;
  readonly #contact: string | undefined;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly token: string; readonly until: number }>();

  /**
   * @param key private, on P-256
   * @param contact a URL by which a push service finds whose server this is
   * @param now ms since 1970
   */
  constructor(key: KeyObject, contact: string | undefined, now: () => number) {
    this.#key = key;
    this.#contact = contact;
    this.#now = now;
    this.#said = publicPoint(key);
    this.publicKey = new Uint8Array(Buffer.from(this.#said, 'base64url'));
  }

  /** The value of `Authorization` for messages to that origin. */
  header(origin: string): string {
    return `vapid t=${this.#token(origin)}, k=${this.#said}`;
  }

  #token(aud: string): string {
    const now = Math.floor(this.#now() / 1_000);
    const known = this.#tokens.get(aud);
    if (known && known.until - now > LEFT && known.until - now <= LIFE) return known.token;
    const until = now + LIFE;
    const said = { aud, exp: until, ...(this.#contact !== undefined && { sub: this.#contact }) };
    const text = [{ typ: 'JWT', alg: 'ES256' }, said]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    // A signature of ES256 is two numbers side by side (RFC 7518 section 3.4).
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const;
    const token = `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
    if (this.#tokens.size >= KEPT) this.#tokens.clear();
    this.#tokens.set(aud, { token, until });
    return token;
  }
}
