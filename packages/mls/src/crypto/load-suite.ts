/** The suites of RFC 9420 section 17.1 and those with X-Wing, each loading the algorithms that it needs and no others. */

import { anyScalar, type DhGroup, dhkem } from '@polynya/crypto/dhkem';
import { AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305 } from '@polynya/crypto/hpke-suite';
import type { Aead, Hash, Primitives } from '@polynya/crypto/primitives';
import { MlsError } from '../mls-error.ts';
import { type CipherSuite, SUITE_IDS } from './cipher-suite.ts';

type Parts = Omit<CipherSuite, 'id'>;

const x25519Group = ({ x25519 }: Primitives): DhGroup => ({
  ...x25519,
  kemId: 0x20,
  privateKeySize: 32,
  publicKeySize: 32,
  scalar: anyScalar(32),
});

const sha384 = async (): Promise<Hash> => (await import('@polynya/crypto/noble-hashes')).sha384;
const sha512 = async (): Promise<Hash> => (await import('@polynya/crypto/noble-hashes')).sha512;
const chacha = async (): Promise<Aead> => (await import('@polynya/crypto/chacha')).chaCha20Poly1305;

async function nist(curve: 'p256' | 'p384' | 'p521', hash: Hash) {
  const { nistGroup, ecdsa } = await import('@polynya/crypto/nist-curves');
  return { kem: dhkem(nistGroup[curve], hash), signature: ecdsa[curve] };
}

async function curve448(hash: Hash) {
  const { x448Group, ed448 } = await import('@polynya/crypto/curve-448');
  return { kem: dhkem(x448Group, hash), signature: ed448 };
}

const LOADERS: Readonly<Record<number, (primitives: Primitives) => Promise<Parts>>> = {
  [SUITE_IDS.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519]: async (primitives) => ({
    hash: primitives.sha256,
    aead: { ...AES_128_GCM, ...primitives.aesGcm },
    kem: dhkem(x25519Group(primitives), primitives.sha256),
    signature: primitives.ed25519,
  }),
  [SUITE_IDS.MLS_128_DHKEMP256_AES128GCM_SHA256_P256]: async ({ sha256, aesGcm }) => ({
    hash: sha256,
    aead: { ...AES_128_GCM, ...aesGcm },
    ...(await nist('p256', sha256)),
  }),
  [SUITE_IDS.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519]: async (primitives) => ({
    hash: primitives.sha256,
    aead: { ...CHACHA20_POLY1305, ...(await chacha()) },
    kem: dhkem(x25519Group(primitives), primitives.sha256),
    signature: primitives.ed25519,
  }),
  [SUITE_IDS.MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448]: async ({ aesGcm }) => {
    const hash = await sha512();
    return { hash, aead: { ...AES_256_GCM, ...aesGcm }, ...(await curve448(hash)) };
  },
  [SUITE_IDS.MLS_256_DHKEMP521_AES256GCM_SHA512_P521]: async ({ aesGcm }) => {
    const hash = await sha512();
    return { hash, aead: { ...AES_256_GCM, ...aesGcm }, ...(await nist('p521', hash)) };
  },
  [SUITE_IDS.MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448]: async () => {
    const hash = await sha512();
    return { hash, aead: { ...CHACHA20_POLY1305, ...(await chacha()) }, ...(await curve448(hash)) };
  },
  [SUITE_IDS.MLS_256_DHKEMP384_AES256GCM_SHA384_P384]: async ({ aesGcm }) => {
    const hash = await sha384();
    return { hash, aead: { ...AES_256_GCM, ...aesGcm }, ...(await nist('p384', hash)) };
  },
  [SUITE_IDS.MLS_128_XWING_AES128GCM_SHA256_Ed25519]: async (primitives) =>
    (await import('./own-suite.ts')).xWingAes128Suite(primitives),
  [SUITE_IDS.MLS_128_XWING_CHACHA20POLY1305_SHA256_Ed25519]: async (primitives) => ({
    ...(await import('./own-suite.ts')).xWingAes128Suite(primitives),
    aead: { ...CHACHA20_POLY1305, ...(await chacha()) },
  }),
};

/** @throws MlsError `unknown-suite` */
export async function loadSuite(id: number, primitives: Primitives): Promise<CipherSuite> {
  const load = LOADERS[id];
  if (load === undefined) throw new MlsError('unknown-suite', `suite ${id}`);
  return { ...(await load(primitives)), id };
}
