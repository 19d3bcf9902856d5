/** treekem.json: update paths, as received and as made (RFC 9420 sections 7.4 to 7.6 and 7.9). */

import type { KeyPair } from '@polynya/crypto/hpke-suite';
import { systemRandom } from '@polynya/crypto/web-primitives';
import { expect, test } from 'vitest';
import { decode, encode } from '../../codec/codec.ts';
import type { CipherSuite } from '../../crypto/cipher-suite.ts';
import { groupContext } from '../../schedule/group-context.ts';
import { type LeafNode, signLeafNode } from '../../tree/leaf-node.ts';
import { verifyParentHashes } from '../../tree/parent-hash.ts';
import { nodeKeyPair } from '../../tree/path-secrets.ts';
import type { PrivatePath } from '../../tree/private-path.ts';
import type { RatchetTree } from '../../tree/ratchet-tree.ts';
import { encryptionKey } from '../../tree/subtree.ts';
import { treeHash } from '../../tree/tree-hash.ts';
import { applyPath, learnPath, newPath } from '../../tree/tree-kem.ts';
import { type UpdatePath, updatePath } from '../../tree/update-path.ts';
import { ratchetTree } from '../../tree/wire-tree.ts';
import { RUNS } from '../runs.ts';
import { bySuite, bytes, hex, suiteOf } from './vectors.ts';

interface LeafPrivate {
  readonly index: number;
  readonly encryption_priv: string;
  readonly signature_priv: string;
  readonly path_secrets: readonly { node: number; path_secret: string }[];
}

interface Vector {
  readonly cipher_suite: number;
  readonly group_id: string;
  readonly epoch: number;
  readonly confirmed_transcript_hash: string;
  readonly ratchet_tree: string;
  readonly leaves_private: readonly LeafPrivate[];
  readonly update_paths: readonly {
    readonly sender: number;
    readonly update_path: string;
    readonly path_secrets: readonly (string | null)[];
    readonly tree_hash_after: string;
    readonly commit_secret: string;
  }[];
}

interface Own {
  readonly leafIndex: number;
  readonly keys: PrivatePath;
}

const nobody: ReadonlySet<number> = new Set();

/** The private keys of a member; every one fits the public key in the tree. */
async function keysOf(
  suite: CipherSuite,
  tree: RatchetTree,
  member: LeafPrivate,
): Promise<PrivatePath> {
  const keys = new Map<number, KeyPair>();
  const privateKey = bytes(member.encryption_priv);
  keys.set(2 * member.index, { privateKey, publicKey: await suite.kem.publicKey(privateKey) });
  for (const { node, path_secret } of member.path_secrets) {
    keys.set(node, await nodeKeyPair(suite, bytes(path_secret)));
  }
  for (const node of tree.nodes()) {
    const pair = keys.get(node.index);
    if (pair) expect(hex(pair.publicKey)).toBe(hex(encryptionKey(node) ?? new Uint8Array()));
  }
  return keys;
}

/** What every member but the sender gets out of a path: always the same secret. */
async function receive(
  suite: CipherSuite,
  vector: Vector,
  tree: RatchetTree,
  members: readonly Own[],
  sender: number,
  path: UpdatePath,
): Promise<{ after: RatchetTree; commitSecret: string }> {
  const after = applyPath(suite, tree, sender, path, nobody);
  verifyParentHashes(suite, after);
  const context = contextOf(suite, vector, after);
  const secrets = new Set<string>();
  const given = vector.update_paths.find(
    (one) => hex(encode(updatePath, path)) === one.update_path,
  );
  for (const own of members) {
    if (own.leafIndex === sender) continue;
    const trees = { before: tree, after };
    const learned = await learnPath(suite, trees, sender, path, own, context, nobody);
    secrets.add(hex(learned.commitSecret));
    const secret = given?.path_secrets[own.leafIndex];
    if (!secret) continue;
    const pair = await nodeKeyPair(suite, bytes(secret));
    const keys = [...learned.privatePath.values()].map(({ publicKey }) => hex(publicKey));
    expect(keys).toContain(hex(pair.publicKey));
  }
  expect(secrets.size).toBe(1);
  return { after, commitSecret: [...secrets].join() };
}

function contextOf(suite: CipherSuite, vector: Vector, tree: RatchetTree): Uint8Array {
  return encode(groupContext, {
    version: 1,
    cipherSuite: suite.id,
    groupId: bytes(vector.group_id),
    epoch: BigInt(vector.epoch),
    treeHash: treeHash(suite, tree.root),
    confirmedTranscriptHash: bytes(vector.confirmed_transcript_hash),
    extensions: [],
  });
}

async function verify(suite: CipherSuite, vector: Vector): Promise<void> {
  const tree = decode(ratchetTree, bytes(vector.ratchet_tree));
  const groupId = bytes(vector.group_id);
  const members: Own[] = [];
  for (const member of vector.leaves_private) {
    members.push({ leafIndex: member.index, keys: await keysOf(suite, tree, member) });
  }
  for (const given of vector.update_paths) {
    const path = decode(updatePath, bytes(given.update_path));
    expect(hex(encode(updatePath, path))).toBe(given.update_path);
    const { after, commitSecret } = await receive(suite, vector, tree, members, given.sender, path);
    expect(commitSecret).toBe(given.commit_secret);
    expect(hex(treeHash(suite, after.root))).toBe(given.tree_hash_after);

    if (given !== vector.update_paths[0]) continue;
    const sender = vector.leaves_private.find(({ index }) => index === given.sender);
    const leaf = tree.leaf(given.sender);
    if (!sender || !leaf) throw new Error('the vector has no such sender');
    const place = { groupId, leafIndex: given.sender };
    const signed = (encryptionKey: Uint8Array, parentHash: Uint8Array): Promise<LeafNode> => {
      const fresh = { ...leaf, encryptionKey, source: { kind: 'commit' as const, parentHash } };
      return signLeafNode(suite, bytes(sender.signature_priv), fresh, place);
    };
    const own = await newPath(suite, tree, given.sender, signed, systemRandom);
    const sent = await own.encrypt(contextOf(suite, vector, own.tree), nobody);
    const received = await receive(suite, vector, tree, members, given.sender, sent);
    expect(received.commitSecret).toBe(hex(own.commitSecret));
    expect(encode(ratchetTree, received.after)).toEqual(encode(ratchetTree, own.tree));
  }
}

/** The curves that are slow in JavaScript leave the larger trees to the long run. */
const FAST = new Set([1, 3]);
const LARGEST = 4;

test.each(bySuite<Vector>('treekem.json'))(
  'suite $suiteId',
  { timeout: 180_000 },
  async ({ suiteId, vectors }) => {
    const suite = await suiteOf(suiteId);
    for (const vector of vectors) {
      const isLong = vector.leaves_private.length > LARGEST && !FAST.has(suiteId);
      if (RUNS > 1 || !isLong) await verify(suite, vector);
    }
  },
);
