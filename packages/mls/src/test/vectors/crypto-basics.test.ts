/** crypto-basics.json: the labelled functions, on each platform's primitives. */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { systemRandom, webPrimitives } from '@polynya/crypto/web-primitives';
import { expect, test } from 'vitest';
import {
  decryptWithLabel,
  deriveSecret,
  deriveTreeSecret,
  encryptWithLabel,
  expandWithLabel,
  refHash,
  signWithLabel,
  verifyWithLabel,
} from '../../crypto/labels.ts';
import { loadSuite } from '../../crypto/load-suite.ts';
import { bytes, hex, vectorsOf } from './vectors.ts';

type Labelled<K extends string> = { readonly [N in K | 'label']: string };

interface Vector {
  readonly cipher_suite: number;
  readonly ref_hash: Labelled<'value' | 'out'>;
  readonly expand_with_label: Labelled<'secret' | 'context' | 'out'> & { readonly length: number };
  readonly derive_secret: Labelled<'secret' | 'out'>;
  readonly derive_tree_secret: Labelled<'secret' | 'out'> & {
    readonly generation: number;
    readonly length: number;
  };
  readonly sign_with_label: Labelled<'priv' | 'pub' | 'content' | 'signature'>;
  readonly encrypt_with_label: Labelled<
    'priv' | 'pub' | 'context' | 'plaintext' | 'kem_output' | 'ciphertext'
  >;
}

const platforms = { node: nodePrimitives, web: webPrimitives };
const runs = vectorsOf<Vector>('crypto-basics.json').flatMap((vector) =>
  (['node', 'web'] as const).map((platform) => ({ suite: vector.cipher_suite, platform, vector })),
);

test.each(runs)('suite $suite on $platform', async ({ vector, platform }) => {
  const suite = await loadSuite(vector.cipher_suite, platforms[platform]);

  const reference = vector.ref_hash;
  expect(hex(refHash(suite, reference.label, bytes(reference.value)))).toBe(reference.out);

  const { secret, label, context, length, out } = vector.expand_with_label;
  expect(hex(expandWithLabel(suite, bytes(secret), label, bytes(context), length))).toBe(out);

  const derived = vector.derive_secret;
  expect(hex(deriveSecret(suite, bytes(derived.secret), derived.label))).toBe(derived.out);

  const tree = vector.derive_tree_secret;
  expect(
    hex(deriveTreeSecret(suite, bytes(tree.secret), tree.label, tree.generation, tree.length)),
  ).toBe(tree.out);

  const signed = vector.sign_with_label;
  const [content, publicKey] = [bytes(signed.content), bytes(signed.pub)];
  expect(hex(await suite.signature.publicKey(bytes(signed.priv)))).toBe(signed.pub);
  const fresh = await signWithLabel(suite, bytes(signed.priv), signed.label, content);
  for (const signature of [bytes(signed.signature), fresh]) {
    expect(await verifyWithLabel(suite, publicKey, signed.label, content, signature)).toBe(true);
    const forged = signature.with(0, (signature[0] as number) ^ 1);
    expect(await verifyWithLabel(suite, publicKey, signed.label, content, forged)).toBe(false);
  }

  const sealed = vector.encrypt_with_label;
  const keyPair = { privateKey: bytes(sealed.priv), publicKey: bytes(sealed.pub) };
  const hpkeContext = bytes(sealed.context);
  expect(hex(await suite.kem.publicKey(keyPair.privateKey))).toBe(sealed.pub);
  const again = await encryptWithLabel(
    suite,
    keyPair.publicKey,
    sealed.label,
    hpkeContext,
    bytes(sealed.plaintext),
    systemRandom,
  );
  const given = { kemOutput: bytes(sealed.kem_output), ciphertext: bytes(sealed.ciphertext) };
  for (const ciphertext of [given, again]) {
    const opened = await decryptWithLabel(suite, keyPair, sealed.label, hpkeContext, ciphertext);
    expect(hex(opened)).toBe(sealed.plaintext);
  }
});

test('the file holds all seven suites of RFC 9420', () => {
  expect(runs.map(({ suite }) => suite).filter((_, at) => at % 2 === 0)).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ]);
});
