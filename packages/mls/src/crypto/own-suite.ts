/** Polynya's own suite, put together without any algorithm that it does not use. */
import { AES_128_GCM, type CipherSuite, SUITE_IDS } from './cipher-suite.ts';
import type { Primitives } from './primitives.ts';
import { xWing } from './x-wing.ts';

/** X-Wing, AES-128-GCM, SHA-256, Ed25519. */
export function xWingAes128Suite(primitives: Primitives): CipherSuite {
  return {
    id: SUITE_IDS.MLS_128_XWING_AES128GCM_SHA256_Ed25519,
    hash: primitives.sha256,
    aead: { ...AES_128_GCM, ...primitives.aesGcm },
    kem: xWing(primitives),
    signature: primitives.ed25519,
  };
}
