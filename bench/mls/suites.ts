/** The suites that engines are measured in, as ours has them: it makes the crowds that all of them meet. */

import { AES_256_GCM } from '@polynya/crypto/hpke-suite';
import { sha512 } from '@polynya/crypto/noble-hashes';
import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { xWing } from '@polynya/crypto/x-wing';
import { type CipherSuite, SUITE_IDS } from '@polynya/mls/crypto/cipher-suite';
import { loadSuite } from '@polynya/mls/crypto/load-suite';

/** Suites by what they are made of. All sign by Ed25519. */
export type SuiteName = 'X25519-AES128-SHA256' | 'XWING-AES128-SHA256' | 'XWING-AES256-SHA512';

/** The number that ts-mls gives to its own. */
const TS_MLS_X_WING = 83;

export async function suiteNamed(name: SuiteName): Promise<CipherSuite> {
  switch (name) {
    case 'X25519-AES128-SHA256':
      return loadSuite(SUITE_IDS.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, nodePrimitives);
    case 'XWING-AES128-SHA256':
      return loadSuite(SUITE_IDS.MLS_128_XWING_AES128GCM_SHA256_Ed25519, nodePrimitives);
    case 'XWING-AES256-SHA512':
      return {
        id: TS_MLS_X_WING,
        hash: sha512,
        aead: { ...AES_256_GCM, ...nodePrimitives.aesGcm },
        kem: xWing(nodePrimitives),
        signature: nodePrimitives.ed25519,
      };
  }
}
