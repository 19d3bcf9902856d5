/**
 * HPKE base mode (RFC 9180) with X-Wing (0x647a), HKDF-SHA256 and AES-256-GCM: the suite of first
 * flights and of letters. Runs in browsers, workers and Node; a server opens with `hpke-recipient.ts`.
 */
import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { type Bytes, utf8 } from '@polynya/protocol/bytes';
import { ENC, KEY } from '@polynya/protocol/envelope';
import { ProtocolError } from '@polynya/protocol/protocol-error';

const kem = new XWing();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });

export interface Sealed {
  /** The encapsulation, 1,120 bytes. */
  readonly enc: Bytes;
  readonly ct: Bytes;
  /** RFC 9180 section 5.3: a secret that both ends can derive from this sealing. */
  export(label: string, length: number): Promise<Bytes>;
}

/** Seals one plaintext to an X-Wing public key (1,216 bytes). Throws ProtocolError 'malformed' for a bad key. */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Sealed> {
  if (publicKey.length !== KEY)
    throw new ProtocolError('malformed', 'X-Wing key of a wrong length');
  try {
    const recipientPublicKey = await kem.deserializePublicKey(own(publicKey));
    const sender = await suite.createSenderContext({ recipientPublicKey, info: own(info) });
    const ct = new Uint8Array(await sender.seal(own(plaintext), own(aad)));
    return {
      enc: new Uint8Array(sender.enc),
      ct,
      export: async (label, length) => new Uint8Array(await sender.export(utf8(label), length)),
    };
  } catch (cause) {
    throw new ProtocolError('malformed', `cannot seal: ${nameOf(cause)}`);
  }
}

/** The X-Wing public key (1,216 bytes) of a 32-byte secret seed. */
export async function hpkePublicKey(seed: Uint8Array): Promise<Bytes> {
  const pair = await kem.generateKeyPairDerand(own(seed));
  return new Uint8Array(await kem.serializePublicKey(pair.publicKey));
}

/** Opens what `hpkeSeal` sealed to `hpkePublicKey(seed)`. Throws ProtocolError 'malformed' if it does not open. */
export async function hpkeOpen(
  seed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  enc: Uint8Array,
  ct: Uint8Array,
): Promise<Bytes> {
  if (enc.length !== ENC) throw new ProtocolError('malformed', 'encapsulation of a wrong length');
  try {
    const recipientKey = await kem.importKey('raw', own(seed).buffer, false);
    const recipient = await suite.createRecipientContext({
      recipientKey,
      enc: own(enc),
      info: own(info),
    });
    return new Uint8Array(await recipient.open(own(ct), own(aad)));
  } catch (cause) {
    throw new ProtocolError('malformed', `does not open: ${nameOf(cause)}`);
  }
}

/** A copy that starts at the first byte of a buffer of its own: the library reads views' whole buffers. */
function own(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
