/** What derives from a path secret (RFC 9420 section 7.4). */
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { Maybe } from '@polynya/crypto/primitives';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { deriveSecret } from '../crypto/labels.ts';

/** Of the next node up; beyond the last, the commit secret. */
export function nextPathSecret(suite: CipherSuite, pathSecret: Uint8Array): Uint8Array {
  return deriveSecret(suite, pathSecret, 'path');
}

export function nodeKeyPair(suite: CipherSuite, pathSecret: Uint8Array): Maybe<KeyPair> {
  return suite.kem.deriveKeyPair(deriveSecret(suite, pathSecret, 'node'));
}
