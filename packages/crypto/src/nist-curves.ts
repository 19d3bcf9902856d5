/** P-256, P-384 and P-521: DHKEM's groups (RFC 9180 section 7.1) and ECDSA as in TLS 1.3 (RFC 9420 section 5.1.2). */
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { DhGroup } from './dhkem.ts';
import type { SignatureScheme } from './primitives.ts';

type Curve = typeof p256;

/** Rejection sampling of RFC 9180 section 7.1.3. */
function sampled(curve: Curve, size: number, bitmask: number): DhGroup['scalar'] {
  return (dkp, prk) => {
    for (let counter = 0; counter < 256; counter += 1) {
      const candidate = dkp.expand(prk, 'candidate', Uint8Array.of(counter), size);
      candidate[0] = (candidate[0] ?? 0) & bitmask;
      if (curve.utils.isValidSecretKey(candidate)) return candidate;
    }
    throw new RangeError('no scalar in 256 candidates');
  };
}

const group = (curve: Curve, kemId: number, size: number, bitmask = 0xff): DhGroup => ({
  kemId,
  privateKeySize: size,
  publicKeySize: 2 * size + 1,
  scalar: sampled(curve, size, bitmask),
  publicKey: (scalar) => curve.getPublicKey(scalar, false),
  sharedSecret: (scalar, publicKey) => curve.getSharedSecret(scalar, publicKey).slice(1),
});

export const nistGroup = {
  p256: group(p256, 0x10, 32),
  p384: group(p384, 0x11, 48),
  p521: group(p521, 0x12, 66, 0x01),
};

const ecdsaOf = (curve: Curve): SignatureScheme => ({
  publicKey: (scalar) => curve.getPublicKey(scalar, false),
  sign: (scalar, message) => curve.sign(message, scalar, { format: 'der', lowS: false }),
  verify(publicKey, message, signature) {
    try {
      return curve.verify(signature, message, publicKey, { format: 'der', lowS: false });
    } catch {
      return false;
    }
  },
});

export const ecdsa = { p256: ecdsaOf(p256), p384: ecdsaOf(p384), p521: ecdsaOf(p521) };
