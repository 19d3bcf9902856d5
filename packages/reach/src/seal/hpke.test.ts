/** HPKE with X-Wing: the portable sender against Node's native recipient, each other's oracle. */
import { createPrivateKey } from 'node:crypto';
import { utf8 } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { expect, test } from 'vitest';
import { hpkeOpen, hpkePublicKey, hpkeSeal } from './hpke.ts';
import { HpkeRecipient, x25519 } from './hpke-recipient.ts';

const INFO = utf8('info');
const AAD = utf8('aad');
const BOB_PRIVATE = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
const ALICE_PUBLIC = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
const SHARED = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';

test('the native recipient opens what the portable sender seals, and both export the same secret', async () => {
  const recipient = new HpkeRecipient();
  const sealed = await hpkeSeal(recipient.publicKey, INFO, AAD, utf8('plaintext'));
  const opened = recipient.open(sealed.enc, sealed.ct, INFO, AAD);
  expect(opened && new Uint8Array(opened.plaintext)).toEqual(utf8('plaintext'));
  expect(opened && new Uint8Array(opened.export('label', 32))).toEqual(sealed.export('label', 32));
});

test('the native recipient says null to any changed part', async () => {
  const recipient = new HpkeRecipient();
  const { enc, ct } = await hpkeSeal(recipient.publicKey, INFO, AAD, utf8('plaintext'));
  const flip = (bytes: Uint8Array, at: number) => bytes.map((b, i) => (i === at ? b ^ 1 : b));
  for (const at of [0, 600, 1_087, 1_088, 1_119]) {
    expect(recipient.open(flip(enc, at), ct, INFO, AAD)).toBeNull();
  }
  for (const at of [0, ct.length - 1]) {
    expect(recipient.open(enc, flip(ct, at), INFO, AAD)).toBeNull();
  }
  expect(recipient.open(enc, ct, utf8('other'), AAD)).toBeNull();
  expect(recipient.open(enc, ct, INFO, utf8('other'))).toBeNull();
  expect(recipient.open(enc.subarray(1), ct, INFO, AAD)).toBeNull();
  expect(recipient.open(enc, ct.subarray(0, 15), INFO, AAD)).toBeNull();
  expect(new HpkeRecipient().open(enc, ct, INFO, AAD)).toBeNull();
});

test('a seed opens what was sealed to its public key; anything else is malformed', async () => {
  const seed = new Uint8Array(32).fill(3);
  const { enc, ct } = await hpkeSeal(await hpkePublicKey(seed), INFO, AAD, utf8('letter'));
  expect(await hpkeOpen(seed, INFO, AAD, enc, ct)).toEqual(utf8('letter'));
  await expect(hpkeOpen(seed, INFO, INFO, enc, ct)).rejects.toThrow(ProtocolError);
  await expect(hpkeOpen(seed.fill(4), INFO, AAD, enc, ct)).rejects.toThrow(ProtocolError);
  await expect(hpkeSeal(seed, INFO, AAD, ct)).rejects.toMatchObject({ code: 'malformed' });
});

test('RFC 7748 section 6.1: X25519 meets the test vector, and refuses a result of zeros', () => {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const bob = createPrivateKey({
    key: hex(`302e020100300506032b656e04220420${BOB_PRIVATE}`),
    format: 'der',
    type: 'pkcs8',
  });
  expect(Buffer.from(x25519(bob, hex(ALICE_PUBLIC)) ?? []).toString('hex')).toBe(SHARED);
  expect(x25519(bob, new Uint8Array(32))).toBeNull();
});
