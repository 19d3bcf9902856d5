/** A session agreed by hand, so that what it seals need not be valid (docs/protocol.md section 3). */
import { createCipheriv, generateKeyPairSync } from 'node:crypto';
import { decodeAccessRecord, decodeAccessRecordBody } from '@polynya/protocol/access-record';
import { concat } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  HANDLE,
  keyIdOf,
  NONCE,
  OVERHEAD,
  paddedPlaintext,
  recordRequest,
  SHARE,
  unpad,
} from '@polynya/protocol/envelope';
import { firstFlight, firstReply } from '@polynya/protocol/requests';
import { systemRandom } from '@polynya/reach/clock';
import { hpkeSeal } from '@polynya/reach/seal/hpke';
import { openGcm, rawX25519, x25519 } from '@polynya/reach/seal/hpke-recipient';
import { flightInfo, SESSION_SECRET, sessionKeys } from '@polynya/reach/seal/session-keys';

/** Posts envelopes, and answers with those that came back. */
export type PostEnvelopes = (envelopes: readonly Uint8Array[]) => Promise<Uint8Array[]>;

export interface HostileSession {
  /** A first flight as it was sent: the server takes it once. */
  readonly flight: Uint8Array;
  /** An envelope of this session around any bytes; `padding` as a client would, or none. */
  seal(message: Uint8Array): Uint8Array;
}

export async function agree(post: PostEnvelopes, identity: Uint8Array): Promise<HostileSession> {
  const [record] = await post([recordRequest(identity, systemRandom(16), systemRandom(224))]);
  const { body } = decodeAccessRecord((record ?? new Uint8Array(0)).subarray(HANDLE));
  const key = decodeAccessRecordBody(body).keys[0]?.key ?? new Uint8Array(0);
  const keyId = keyIdOf(key);
  const pair = generateKeyPairSync('x25519');
  const share = rawX25519(pair.publicKey);
  const plain = encodeCbor(firstFlight.encode({ versions: [1], share, calls: [] }));
  const padded = paddedPlaintext(plain, OVERHEAD.firstFlight);
  const sealed = await hpkeSeal(key, flightInfo(identity), keyId, padded);
  const hs = sealed.export(SESSION_SECRET.label, SESSION_SECRET.length);
  const flight = concat(keyId, sealed.enc, sealed.ct);
  const [reply] = await post([flight]);
  if (!reply) throw new Error('no first reply');
  const shared = x25519(pair.privateKey, reply.slice(0, SHARE));
  if (!shared) throw new Error('no shared secret');
  const keys = sessionKeys(hs, shared);
  const down = reply.slice(SHARE);
  const opened = openGcm(keys.down, down.slice(0, NONCE), down.slice(NONCE), keyId);
  const { handles } = firstReply.decode(unpad(opened ?? new Uint8Array(0)));
  const handle = handles[0]?.handle ?? new Uint8Array(0);
  return {
    flight,
    seal: (message) => {
      const nonce = systemRandom(NONCE);
      const cipher = createCipheriv('aes-256-gcm', keys.up, nonce).setAAD(handle);
      // Padded as lengths are from 256 B on; shorter ones would not be looked at.
      const room = Math.max(message.length, 256 - HANDLE - NONCE - 16);
      const inner = new Uint8Array(room);
      inner.set(message);
      return concat(handle, nonce, cipher.update(inner), cipher.final(), cipher.getAuthTag());
    },
  };
}
