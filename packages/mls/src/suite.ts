/**
 * The one cipher suite: X-Wing, AES-256-GCM, SHA-512, Ed25519 (private id 83 until the post-quantum suites of
 * draft-ietf-mls-pq-ciphersuites are assigned). Put together here, and not by the library's provider, so that a
 * page loads these algorithms and no other.
 */
import { Aes256Gcm, CipherSuite, HkdfSha512 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import type { Aead } from 'ts-mls/crypto/aead.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { makeHashImpl } from 'ts-mls/crypto/implementation/default/makeHashImpl.js';
import { makeKdfImpl } from 'ts-mls/crypto/implementation/default/makeKdfImpl.js';
import { makeGenericHpke } from 'ts-mls/crypto/implementation/hpke.js';
import { ed25519 } from './ed25519.ts';

export const SUITE = 'MLS_256_XWING_AES256GCM_SHA512_Ed25519';
/** Bytes of an X-Wing public key. */
export const KEM_PUBLIC_KEY = 1216;

/** What the library asks for, and the one thing it does not. */
export interface Suite extends CiphersuiteImpl {
  /** The public key of an X-Wing private key. */
  kemPublicKey(privateKey: Uint8Array): Promise<Uint8Array>;
}

async function aesKey(key: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', Uint8Array.from(key), 'AES-GCM', false, [usage]);
}

function aesParams(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  return { name: 'AES-GCM', iv: Uint8Array.from(nonce), additionalData: Uint8Array.from(aad) };
}

const aesGcm: Aead = {
  async encrypt(key, nonce, aad, plaintext) {
    const sealing = await aesKey(key, 'encrypt');
    const data = Uint8Array.from(plaintext);
    return new Uint8Array(await crypto.subtle.encrypt(aesParams(nonce, aad), sealing, data));
  },
  async decrypt(key, nonce, aad, ciphertext) {
    const opening = await aesKey(key, 'decrypt');
    const data = Uint8Array.from(ciphertext);
    return new Uint8Array(await crypto.subtle.decrypt(aesParams(nonce, aad), opening, data));
  },
};

export async function makeSuite(): Promise<Suite> {
  const kem = new XWing();
  const hpke = new CipherSuite({ kem, kdf: new HkdfSha512(), aead: new Aes256Gcm() });
  return {
    name: SUITE,
    kdf: makeKdfImpl(new HkdfSha512()),
    hash: makeHashImpl(crypto.subtle, 'SHA-512'),
    signature: ed25519,
    hpke: await makeGenericHpke(
      { kem: 'X-Wing', kdf: 'HKDF-SHA512', aead: 'AES256GCM' },
      aesGcm,
      hpke,
    ),
    rng: { randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    async kemPublicKey(privateKey) {
      const { publicKey } = await kem.generateKeyPairDerand(Uint8Array.from(privateKey));
      return new Uint8Array(await kem.serializePublicKey(publicKey));
    },
  };
}
