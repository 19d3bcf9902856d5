/** Polynya's own suite, put together without any algorithm that it does not use. */
import { AES_128_GCM } from '@polynya/crypto/hpke-suite';
import type { Primitives } from '@polynya/crypto/primitives';
import { xWing } from '@polynya/crypto/x-wing';
import { type CipherSuite, SUITE_IDS } from './cipher-suite.ts';

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
