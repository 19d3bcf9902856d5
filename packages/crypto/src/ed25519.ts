/** Ed25519 (RFC 8032) by WebCrypto, private keys being 32-byte seeds. */
import { privateKey, publicKeyOf as publicKeyOn } from './pkcs8.ts';
import type { SignatureScheme } from './primitives.ts';

const own = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>;

/** The public key of a 32-byte seed. */
export const publicKeyOf = (seed: Uint8Array): Promise<Uint8Array> =>
  publicKeyOn('Ed25519', seed, 'sign');

export const ed25519 = {
  publicKey: publicKeyOf,
  async sign(seed: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
    const key = await privateKey('Ed25519', seed, 'sign');
    return new Uint8Array(await crypto.subtle.sign('Ed25519', key, own(message)));
  },
  async verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean> {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const key = await crypto.subtle.importKey('raw', own(publicKey), 'Ed25519', false, ['verify']);
    return crypto.subtle.verify('Ed25519', key, own(signature), own(message));
  },
  async keygen(): Promise<{ readonly signKey: Uint8Array; readonly publicKey: Uint8Array }> {
    const signKey = crypto.getRandomValues(new Uint8Array(32));
    return { signKey, publicKey: await publicKeyOf(signKey) };
  },
} satisfies SignatureScheme & { keygen: unknown };
