/**
 * Opens a session as a client does (docs/protocol.md sections 2 and 3), on Node's native X-Wing: the
 * messenger's own, made for browsers, would spend the load's core on ten thousand handshakes.
 */
import {
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { decodeAccessRecord, decodeAccessRecordBody } from '@polynya/protocol/access-record';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  keyIdOf,
  NONCE,
  OVERHEAD,
  paddedPlaintext,
  recordAnswerTag,
  recordRequest,
  SHARE,
  TAG,
  unpad,
} from '@polynya/protocol/envelope';
import { PROTOCOL_VERSION } from '@polynya/protocol/limits';
import { firstFlight, firstReply } from '@polynya/protocol/requests';
import { systemRandom } from '@polynya/reach/clock';
import { openGcm, rawX25519, x25519 } from '@polynya/reach/seal/hpke-recipient';
import { flightInfo, SESSION_SECRET, sessionKeys } from '@polynya/reach/seal/session-keys';

const ML_KEM_KEY = 1_184;
const SUITE = concat(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 2));
const VERSION = utf8('HPKE-v1');
const EMPTY = new Uint8Array(0);
/** A SubjectPublicKeyInfo of ML-KEM-768 up to the raw key. */
const ML_KEM_HEAD = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex');

/** A server's identity and its present X-Wing key. */
export interface Target {
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
}

export interface SessionSecrets {
  readonly up: Uint8Array;
  readonly down: Uint8Array;
  readonly handle: Uint8Array;
}

/** The envelope that asks for the record, and who reads its answer. */
export function askRecord(identity: Uint8Array): {
  envelope: Uint8Array;
  read: (answer: Uint8Array) => Target;
} {
  const nonce = systemRandom(16);
  return {
    envelope: recordRequest(identity, nonce, systemRandom(224)),
    read: (answer) => {
      const tag = recordAnswerTag(identity, nonce);
      if (Buffer.compare(answer.subarray(0, tag.length), tag) !== 0) throw new Error('no record');
      const { body } = decodeAccessRecord(new Uint8Array(answer.subarray(tag.length)));
      const key = decodeAccessRecordBody(body).keys[0]?.key;
      if (!key) throw new Error('a record without keys');
      return { identity, key };
    },
  };
}

/** The first flight, without calls, and who opens the first reply. */
export function flight({ identity, key }: Target): {
  envelope: Uint8Array;
  open: (reply: Uint8Array) => SessionSecrets;
} {
  const pair = generateKeyPairSync('x25519');
  const share = rawX25519(pair.publicKey);
  const keyId = keyIdOf(key);
  const cbor = encodeCbor(firstFlight.encode({ versions: [PROTOCOL_VERSION], share, calls: [] }));
  const plaintext = paddedPlaintext(cbor, OVERHEAD.firstFlight);
  const { enc, ct, secret } = seal(key, flightInfo(identity), keyId, plaintext);
  return {
    envelope: concat(keyId, enc, ct),
    open: (reply) => {
      const shared = agree(pair.privateKey, reply.subarray(0, SHARE));
      const { up, down } = sessionKeys(secret, shared);
      const nonce = reply.subarray(SHARE, SHARE + NONCE);
      const opened = openGcm(down, nonce, reply.subarray(SHARE + NONCE), keyId);
      const handle = opened && firstReply.decode(unpad(opened)).handles[0]?.handle;
      if (!handle) throw new Error('the first reply does not open');
      return { up, down, handle };
    },
  };
}

/** HPKE base mode (RFC 9180), one message, and the session secret exported from it. */
function seal(key: Uint8Array, info: Uint8Array, aad: Uint8Array, plaintext: Uint8Array) {
  const { enc, shared } = encapsulateXWing(key);
  const context = concat(
    Uint8Array.of(0),
    extract(EMPTY, 'psk_id_hash', EMPTY),
    extract(EMPTY, 'info_hash', info),
  );
  const root = extract(shared, 'secret', EMPTY);
  const nonce = expand(root, utf8('base_nonce'), context, NONCE);
  const cipher = createCipheriv('aes-256-gcm', expand(root, utf8('key'), context, 32), nonce, {
    authTagLength: TAG,
  }).setAAD(aad);
  const ct = concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  const exporter = expand(root, utf8('exp'), context, 32);
  const label = concat(utf8('sec'), utf8(SESSION_SECRET.label));
  return { enc, ct, secret: expand(exporter, label, EMPTY, SESSION_SECRET.length) };
}

function encapsulateXWing(key: Uint8Array): { enc: Uint8Array; shared: Uint8Array } {
  const mlKem = createPublicKey({
    key: Buffer.concat([ML_KEM_HEAD, key.subarray(0, ML_KEM_KEY)]),
    format: 'der',
    type: 'spki',
  });
  const { sharedKey, ciphertext } = encapsulate(mlKem);
  const pair = generateKeyPairSync('x25519');
  const own = rawX25519(pair.publicKey);
  const theirs = key.subarray(ML_KEM_KEY);
  const shared = createHash('sha3-256')
    .update(sharedKey)
    .update(agree(pair.privateKey, theirs))
    .update(own)
    .update(theirs)
    .update(Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c))
    .digest();
  return { enc: concat(ciphertext, own), shared };
}

function agree(privateKey: KeyObject, publicKey: Uint8Array): Uint8Array {
  const shared = x25519(privateKey, publicKey);
  if (!shared) throw new Error('X25519 gave zeros');
  return shared;
}

const extract = (salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array =>
  hmac(salt, VERSION, SUITE, utf8(label), ikm);

/** LabeledExpand for at most one block. */
function expand(prk: Uint8Array, label: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const size = Uint8Array.of(length >> 8, length & 0xff);
  return hmac(prk, size, VERSION, SUITE, label, info, Uint8Array.of(1)).subarray(0, length);
}

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
