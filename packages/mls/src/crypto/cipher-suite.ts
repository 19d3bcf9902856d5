/** Cipher suites (RFC 9420 section 5.1): what each is made of, and how they are numbered. */
import type { HpkeSuite } from '@polynya/crypto/hpke-suite';
import type { SignatureScheme } from '@polynya/crypto/primitives';

export interface CipherSuite extends HpkeSuite {
  readonly id: number;
  readonly signature: SignatureScheme;
}

/** RFC 9420 section 17.1; the two of X-Wing as in draft-ietf-mls-pq-ciphersuites, under private numbers until assigned. */
export const SUITE_IDS = {
  MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519: 1,
  MLS_128_DHKEMP256_AES128GCM_SHA256_P256: 2,
  MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: 3,
  MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448: 4,
  MLS_256_DHKEMP521_AES256GCM_SHA512_P521: 5,
  MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448: 6,
  MLS_256_DHKEMP384_AES256GCM_SHA384_P384: 7,
  MLS_128_XWING_AES128GCM_SHA256_Ed25519: 0xf001,
  MLS_128_XWING_CHACHA20POLY1305_SHA256_Ed25519: 0xf002,
} as const;
