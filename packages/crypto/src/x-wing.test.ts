/** X-Wing by every implementation of its parts, against each other, the draft and an independent one. */
import { XWing } from '@hpke/hybridkem-x-wing';
import { MlKem768 } from 'mlkem';
import { describe, expect, test } from 'vitest';
import { CryptoError } from './crypto-error.ts';
import { scriptMlKem768 } from './ml-kem.ts';
import { nodePrimitives } from './node-primitives.ts';
import type { Primitives } from './primitives.ts';
import { systemRandom, webPrimitives } from './web-primitives.ts';
import { xWing } from './x-wing.ts';

const platforms: [string, Pick<Primitives, 'mlKem768' | 'x25519'>][] = [
  ['WebCrypto', webPrimitives],
  ['Node', nodePrimitives],
  ['JavaScript', { ...webPrimitives, mlKem768: scriptMlKem768 }],
];
const seed = Uint8Array.from({ length: 32 }, (_, at) => at);
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const exact = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer;

test('the first vector of draft-connolly-cfrg-xwing-kem, whose randomness is given', async () => {
  const privateKey = hex('7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26');
  const forMlKem = hex('3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2');
  const forX25519 = hex('35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2');
  const kem = xWing({
    ...webPrimitives,
    mlKem768: {
      ...scriptMlKem768,
      async encapsulate(publicKey) {
        const [ciphertext, sharedSecret] = await new MlKem768().encap(publicKey, forMlKem);
        return { ciphertext, sharedSecret };
      },
    },
  });
  const publicKey = await kem.publicKey(privateKey);
  expect(publicKey.subarray(0, 16)).toEqual(hex('e2236b35a8c24b39b10aa1323a96a919'));
  expect(publicKey.subarray(-16)).toEqual(hex('23593d4ba32d9abac8cd049040ef6534'));
  const { enc, secret } = await kem.encap(publicKey, () => forX25519);
  expect(enc.subarray(0, 16)).toEqual(hex('b83aa828d4d62b9a83ceffe1d3d3bb1e'));
  expect(secret).toEqual(hex('d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384'));
  expect(await kem.decap(enc, { privateKey, publicKey })).toEqual(secret);
});

describe.each(platforms)('by %s', (_name, parts) => {
  const kem = xWing(parts);

  test('the key pair is that of @hpke/hybridkem-x-wing', async () => {
    const oracle = new XWing();
    const pair = await oracle.deriveKeyPair(exact(seed));
    const { privateKey, publicKey } = await kem.deriveKeyPair(seed);
    expect(publicKey).toEqual(new Uint8Array(await oracle.serializePublicKey(pair.publicKey)));
    expect(privateKey).toEqual(new Uint8Array(await oracle.serializePrivateKey(pair.privateKey)));
    expect(await kem.publicKey(privateKey)).toEqual(publicKey);
  });

  test('each side understands the other’s encapsulation', async () => {
    const oracle = new XWing();
    const own = await kem.deriveKeyPair(seed);
    const pair = await oracle.deriveKeyPair(exact(seed));
    const theirs = await oracle.encap({ recipientPublicKey: pair.publicKey });
    expect(await kem.decap(new Uint8Array(theirs.enc), own)).toEqual(
      new Uint8Array(theirs.sharedSecret),
    );
    const ours = await kem.encap(own.publicKey, systemRandom);
    const opened = await oracle.decap({ recipientKey: pair, enc: exact(ours.enc) });
    expect(ours.enc).toHaveLength(1120);
    expect(new Uint8Array(opened)).toEqual(ours.secret);
  });

  test('what is no key or no encapsulation is refused', async () => {
    const own = await kem.deriveKeyPair(seed);
    const { enc } = await kem.encap(own.publicKey, systemRandom);
    for (const bad of [enc.subarray(1), new Uint8Array(0)]) {
      await expect(kem.decap(bad, own)).rejects.toBeInstanceOf(CryptoError);
    }
    const noModulus = own.publicKey.map((byte, at) => (at < 1184 ? 0xff : byte));
    await expect(kem.encap(noModulus, systemRandom)).rejects.toBeInstanceOf(CryptoError);
  });
});
