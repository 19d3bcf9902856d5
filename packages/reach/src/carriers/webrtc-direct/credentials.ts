/**
 * ICE's credentials (RFC 8445 section 5.3) for a connection that nobody signals: the caller makes the called's, and
 * puts its own password into the called's ufrag, sealed and dated (docs/protocol.md section 2).
 */
import { concat, toBase64url, u32, utf8 } from '@polynya/protocol/bytes';
import type { Random } from '../../clock.ts';

export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

/** Bytes of the nonce, and of the seal's tag. */
export const NONCE = 12;
export const TAG = 16;
/** Labels of what is derived from the endpoint's secret; the ufrag follows the second. */
export const TOKEN_KEY = 'polynya direct token';
export const PASSWORD = 'polynya direct password ';
/** Bytes of the called's password before base64: 32 letters. */
export const PASSWORD_BYTES = 24;
/** Letters of the caller's password that leave room for the rest in a ufrag of 256. */
export const LONGEST_PASSWORD = 128;

/**
 * The credentials of the server that a caller with this password reaches by this secret, good for one connection.
 * @param now ms since 1970
 */
export async function serverCredentials(
  secret: string,
  password: string,
  now: number,
  random: Random,
): Promise<IceCredentials> {
  const base = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveBits']);
  const derive = (info: string, bytes: number) =>
    crypto.subtle.deriveBits(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8(info) },
      base,
      8 * bytes,
    );
  const raw = await derive(TOKEN_KEY, 32);
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
  const iv = new Uint8Array(random(NONCE));
  const plain = concat(u32(Math.floor(now / 1_000)), utf8(password));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain);
  const ufrag = iceLetters(concat(iv, new Uint8Array(sealed)));
  const own = await derive(PASSWORD + ufrag, PASSWORD_BYTES);
  return { ufrag, password: iceLetters(new Uint8Array(own)) };
}

/** Base64 without padding, of ICE's alphabet (RFC 8839 section 5.4). */
export function iceLetters(bytes: Uint8Array): string {
  return toBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/');
}
