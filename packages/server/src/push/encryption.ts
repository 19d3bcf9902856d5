/**
 * The body of a push message: encrypted for one browser (RFC 8291) in the content coding aes128gcm (RFC 8188), one
 * record.
 */
import { createCipheriv, createECDH, hkdfSync } from 'node:crypto';
import type { Random } from '@polynya/reach/clock';

const CURVE = 'prime256v1';
const TAG = 16;
/** Ends the last record (RFC 8188 section 2). */
const LAST = 2;
/** What every push service takes (RFC 8030 section 7.2). */
const RECORD = 4_096;

/** What a browser gave out to be reached by. */
export interface Subscription {
  /** Where its push service takes messages for it. */
  readonly endpoint: string;
  /** Its public key, an uncompressed point of P-256. */
  readonly key: Uint8Array;
  /** 16 bytes that only those know who may write to it. */
  readonly auth: Uint8Array;
}

/** @throws Error if `key` is no point of the curve */
export function encryptPush(
  plaintext: Uint8Array,
  { key, auth }: Pick<Subscription, 'key' | 'auth'>,
  random: Random,
): Uint8Array {
  const ours = createECDH(CURVE);
  ours.generateKeys();
  return encryptedWith(plaintext, { key, auth }, ours.getPrivateKey(), random(16));
}

/** With a key pair and salt that are given, for the RFC's own example. */
export function encryptedWith(
  plaintext: Uint8Array,
  { key, auth }: Pick<Subscription, 'key' | 'auth'>,
  privateKey: Uint8Array,
  salt: Uint8Array,
): Uint8Array {
  const ours = createECDH(CURVE);
  ours.setPrivateKey(privateKey);
  const own = ours.getPublicKey();
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), key, own]);
  const secret = hkdf(ours.computeSecret(key), auth, info, 32);
  const cek = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', cek, nonce, { authTagLength: TAG });
  const header = Buffer.alloc(21);
  header.set(salt);
  header.writeUInt32BE(RECORD, 16);
  header.writeUInt8(own.length, 20);
  const record = Buffer.concat([plaintext, Buffer.of(LAST)]);
  return Buffer.concat([header, own, cipher.update(record), cipher.final(), cipher.getAuthTag()]);
}

const hkdf = (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', ikm, salt, info, length));
