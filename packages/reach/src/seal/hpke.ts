/**
 * HPKE base mode (RFC 9180) with X-Wing (0x647a), HKDF-SHA256 and AES-256-GCM: the suite of first
 * flights and of letters. Runs in browsers, workers and Node; a server opens with `hpke-recipient.ts`.
 */
import * as hpke from '@polynya/crypto/hpke';
import { AES_256_GCM, type HpkeSuite } from '@polynya/crypto/hpke-suite';
import { scriptMlKem768 } from '@polynya/crypto/ml-kem';
import { systemRandom, webPrimitives } from '@polynya/crypto/web-primitives';
import { xWing } from '@polynya/crypto/x-wing';
import { type Bytes, utf8 } from '@polynya/protocol/bytes';
import { ENC } from '@polynya/protocol/envelope';
import { ProtocolError } from '@polynya/protocol/protocol-error';

const suite: HpkeSuite = {
  // Node warns of its experimental ML-KEM wherever WebCrypto's is used, and a session needs one encapsulation a day.
  kem: xWing({ ...webPrimitives, mlKem768: scriptMlKem768 }),
  hash: webPrimitives.sha256,
  aead: { ...AES_256_GCM, ...webPrimitives.aesGcm },
};

export interface Sealed {
  /** The encapsulation, 1,120 bytes. */
  readonly enc: Uint8Array;
  readonly ct: Uint8Array;
  /** RFC 9180 section 5.3: a secret that both ends can derive from this sealing. */
  export(label: string, length: number): Bytes;
}

/**
 * Seals one plaintext to an X-Wing public key (1,216 bytes).
 * @throws ProtocolError 'malformed' for a bad key
 */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Sealed> {
  try {
    const sealed = await hpke.sealer(suite, info)(publicKey, plaintext, systemRandom, aad);
    return {
      enc: sealed.enc,
      ct: sealed.ciphertext,
      export: (label, length) => new Uint8Array(sealed.export(utf8(label), length)),
    };
  } catch (cause) {
    throw new ProtocolError('malformed', `cannot seal: ${nameOf(cause)}`);
  }
}

/** The X-Wing public key (1,216 bytes) of a 32-byte secret seed. */
export async function hpkePublicKey(seed: Uint8Array): Promise<Uint8Array> {
  return suite.kem.publicKey(seed);
}

/** Opens what `hpkeSeal` sealed to `hpkePublicKey(seed)`. @throws ProtocolError 'malformed' if it does not open */
export async function hpkeOpen(
  seed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  enc: Uint8Array,
  ct: Uint8Array,
): Promise<Uint8Array> {
  if (enc.length !== ENC) throw new ProtocolError('malformed', 'encapsulation of a wrong length');
  try {
    const keyPair = { privateKey: seed, publicKey: await hpkePublicKey(seed) };
    return await hpke.open(suite, keyPair, info, enc, ct, aad);
  } catch (cause) {
    throw new ProtocolError('malformed', `does not open: ${nameOf(cause)}`);
  }
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
