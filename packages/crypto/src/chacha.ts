/** ChaCha20-Poly1305 (RFC 8439). */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { CryptoError } from './crypto-error.ts';
import type { Aead } from './primitives.ts';

export const chaCha20Poly1305: Aead = {
  seal: (key, nonce, aad, plaintext) => chacha20poly1305(key, nonce, aad).encrypt(plaintext),
  open(key, nonce, aad, sealed) {
    try {
      return chacha20poly1305(key, nonce, aad).decrypt(sealed);
    } catch (cause) {
      throw new CryptoError('does not open', { cause });
    }
  },
};
