/** HPKE beside an independent implementation, for every AEAD that the suites with X-Wing have. */
import { Aes128Gcm, Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { describe, expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { CryptoError } from './crypto-error.ts';
import * as hpke from './hpke.ts';
import { AES_128_GCM, AES_256_GCM, type HpkeSuite } from './hpke-suite.ts';
import { nodePrimitives } from './node-primitives.ts';
import { systemRandom, webPrimitives } from './web-primitives.ts';
import { xWing } from './x-wing.ts';

const INFO = utf8('info');
const AAD = utf8('aad');
const PLAINTEXT = utf8('plaintext');
const CONTEXT = utf8('exporter context');
const exact = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer;

describe.each([
  ['WebCrypto', webPrimitives, AES_128_GCM, new Aes128Gcm()],
  ['WebCrypto', webPrimitives, AES_256_GCM, new Aes256Gcm()],
  ['Node', nodePrimitives, AES_128_GCM, new Aes128Gcm()],
  ['Node', nodePrimitives, AES_256_GCM, new Aes256Gcm()],
])('X-Wing, HKDF-SHA256 and AES-GCM by %s', (_name, primitives, aead, oracleAead) => {
  const suite: HpkeSuite = {
    kem: xWing(primitives),
    hash: primitives.sha256,
    aead: { ...aead, ...primitives.aesGcm },
  };
  const kem = new XWing();
  const oracle = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: oracleAead });

  test('@hpke/core opens what we seal, and exports the same secrets', async () => {
    const recipientKey = await kem.generateKeyPair();
    const publicKey = new Uint8Array(await kem.serializePublicKey(recipientKey.publicKey));
    const sealed = await hpke.sealer(suite, INFO)(publicKey, PLAINTEXT, systemRandom, AAD);
    const params = { recipientKey, enc: exact(sealed.enc), info: exact(INFO) };
    const recipient = await oracle.createRecipientContext(params);
    const opened = await recipient.open(exact(sealed.ciphertext), exact(AAD));
    expect(new Uint8Array(opened)).toEqual(PLAINTEXT);
    for (const length of [16, 32, 80]) {
      expect(new Uint8Array(await recipient.export(exact(CONTEXT), length))).toEqual(
        sealed.export(CONTEXT, length),
      );
    }
  });

  test('we open what @hpke/core seals, and under the same info, keys and associated data alone', async () => {
    const own = await suite.kem.deriveKeyPair(new Uint8Array(32).fill(5));
    const other = await suite.kem.deriveKeyPair(new Uint8Array(32).fill(6));
    const sender = await oracle.createSenderContext({
      recipientPublicKey: await kem.deserializePublicKey(exact(own.publicKey)),
      info: exact(INFO),
    });
    const ciphertext = new Uint8Array(await sender.seal(exact(PLAINTEXT), exact(AAD)));
    const enc = new Uint8Array(sender.enc);
    expect(await hpke.open(suite, own, INFO, enc, ciphertext, AAD)).toEqual(PLAINTEXT);
    for (const attempt of [
      () => hpke.open(suite, own, AAD, enc, ciphertext, AAD),
      () => hpke.open(suite, own, INFO, enc, ciphertext),
      () => hpke.open(suite, other, INFO, enc, ciphertext, AAD),
      () => hpke.open(suite, own, INFO, enc.toReversed(), ciphertext, AAD),
      () => hpke.open(suite, own, INFO, enc.subarray(1), ciphertext, AAD),
      () => hpke.open(suite, own, INFO, enc, ciphertext.subarray(1), AAD),
      () => hpke.open(suite, own, INFO, enc, new Uint8Array(0), AAD),
    ]) {
      await expect(attempt()).rejects.toBeInstanceOf(CryptoError);
    }
  });

  test('nothing is sealed to what is no key', async () => {
    const seal = hpke.sealer(suite, INFO);
    const short = seal(new Uint8Array(1215), PLAINTEXT, systemRandom);
    await expect(short).rejects.toBeInstanceOf(CryptoError);
    const lengths = hpke.sendExport(suite, new Uint8Array(0), CONTEXT, 32, systemRandom);
    await expect(lengths).rejects.toBeInstanceOf(CryptoError);
  });
});
