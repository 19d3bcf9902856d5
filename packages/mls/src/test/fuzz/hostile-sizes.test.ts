/** Sizes that no honest peer sends, from whoever can sign: keys, ids and trees as large as their encoding allows. */
import { describe, expect, test } from 'vitest';
import { decode, encode, optional, vector } from '../../codec/codec.ts';
import { writeVarInt } from '../../codec/var-int.ts';
import { Writer } from '../../codec/writer.ts';
import type { KeyPackage } from '../../group/key-package.ts';
import type { Proposal } from '../../group/proposal.ts';
import { node } from '../../tree/parent-node.ts';
import { RatchetTree } from '../../tree/ratchet-tree.ts';
import { slot } from '../../tree/subtree.ts';
import { ratchetTree } from '../../tree/wire-tree.ts';
import { forge, newcomer, pathless, refusal, refusedBy, trio } from '../attacks/attack.ts';

const LONG = 200_000;

describe('keys of 200 KB', () => {
  const changed = async (change: (one: KeyPackage) => KeyPackage): Promise<Proposal> => ({
    kind: 'add',
    keyPackage: change((await newcomer()).own.keyPackage),
  });
  const long = new Uint8Array(LONG).fill(1);

  test('in a KeyPackage are refused', async () => {
    const [ann, ben] = await trio();
    const proposals = [
      await changed((one) => ({ ...one, initKey: long })),
      await changed((one) => ({ ...one, leafNode: { ...one.leafNode, encryptionKey: long } })),
      await changed((one) => ({ ...one, leafNode: { ...one.leafNode, signatureKey: long } })),
    ];
    for (const proposal of proposals) {
      expect(await refusedBy(ben, await forge(ann, pathless(proposal)))).not.toBe('nothing');
    }
  });

  test('in a pre-shared key’s id are refused', async () => {
    const [ann, ben] = await trio();
    const psk = { kind: 'external', pskId: long, pskNonce: new Uint8Array(32) } as const;
    expect(await refusedBy(ben, await forge(ann, pathless({ kind: 'psk', psk })))).toBe(
      'psk-unknown',
    );
  });

  test('in a tree are refused, and shorter ones with a common beginning end in no overflow', async () => {
    const { leafNode } = (await newcomer()).own.keyPackage;
    const tree = (length: number): Uint8Array => {
      const leaves = [1, 2].map((last) => ({
        kind: 'leaf' as const,
        leafNode: { ...leafNode, encryptionKey: long.slice(0, length).with(length - 1, last + 1) },
      }));
      return encode(vector(optional(node)), [leaves[0] ?? null, null, leaves[1] ?? null]);
    };
    expect(await refusal(() => decode(ratchetTree, tree(LONG)))).toBe('malformed');
    expect(decode(ratchetTree, tree(2_048)).memberCount).toBe(2);
  });
});

test('a tree of millions of blank nodes is refused before it is built', async () => {
  const { leafNode } = (await newcomer()).own.keyPackage;
  const one = encode(ratchetTree, RatchetTree.of(slot(0, leafNode)));
  // The head of the vector is two bytes.
  const leaf = one.subarray(2);
  const blanks = new Uint8Array(2 ** 23);
  const writer = new Writer();
  writeVarInt(writer, blanks.length + leaf.length);
  writer.bytes(blanks);
  writer.bytes(leaf);
  expect(await refusal(() => decode(ratchetTree, writer.finish()))).toBe('malformed');
});
