/** X448 (RFC 7748) and Ed448 (RFC 8032). */
import { ed448 as nobleEd448, x448 } from '@noble/curves/ed448.js';
import { anyScalar, type DhGroup } from './dhkem.ts';
import type { SignatureScheme } from './primitives.ts';

export const x448Group: DhGroup = {
  kemId: 0x21,
  privateKeySize: 56,
  publicKeySize: 56,
  scalar: anyScalar(56),
  publicKey: (scalar) => x448.getPublicKey(scalar),
  sharedSecret: (scalar, publicKey) => x448.getSharedSecret(scalar, publicKey),
};

export const ed448: SignatureScheme = {
  publicKey: (seed) => nobleEd448.getPublicKey(seed),
  sign: (seed, message) => nobleEd448.sign(message, seed),
  verify(publicKey, message, signature) {
    if (publicKey.length !== 57 || signature.length !== 114) return false;
    return nobleEd448.verify(signature, message, publicKey);
  },
};
