/** Bare private keys of Curve25519 as WebCrypto takes them: within a PKCS #8 PrivateKeyInfo (RFC 8410 section 7). */
import { concat } from './bytes.ts';

/** DER up to the 32 bytes of the key. */
const prefix = (algorithm: number) =>
  Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, algorithm, 4, 34, 4, 32);
const PREFIX = { Ed25519: prefix(0x70), X25519: prefix(0x6e) };
export type Curve = keyof typeof PREFIX;

export function privateKey(
  curve: Curve,
  bytes: Uint8Array,
  usage: KeyUsage,
  extractable = false,
): Promise<CryptoKey> {
  const pkcs8 = concat(PREFIX[curve], bytes);
  return crypto.subtle.importKey('pkcs8', pkcs8, curve, extractable, [usage]);
}

/** WebCrypto tells a public key only as a part of the private one's JWK. */
export async function publicKeyOf(
  curve: Curve,
  bytes: Uint8Array,
  usage: KeyUsage,
): Promise<Uint8Array> {
  const { x } = await crypto.subtle.exportKey('jwk', await privateKey(curve, bytes, usage, true));
  const text = atob((x ?? '').replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
