/**
 * The passive-client vectors: somebody who joins by a Welcome and follows what others send, proposals by reference
 * and Commits, and has the same epoch authenticator at each step. The clients that made them are of their time, so
 * no clock judges their lifetimes.
 */
import { expect, test } from 'vitest';
import { decode } from '../../codec/codec.ts';
import type { Environment } from '../../group/environment.ts';
import { joinGroup } from '../../group/join.ts';
import { ratchetTree } from '../../tree/wire-tree.ts';
import { environmentOf, OwnEngine, OwnMember, unwrap } from '../peers/own.ts';
import { bySuite, bytes, hex, suiteOf } from './vectors.ts';

interface Vector
  extends Readonly<
    Record<
      | 'key_package'
      | 'signature_priv'
      | 'encryption_priv'
      | 'init_priv'
      | 'welcome'
      | 'initial_epoch_authenticator',
      string
    >
  > {
  readonly cipher_suite: number;
  readonly external_psks: readonly { psk_id: string; psk: string }[];
  readonly ratchet_tree: string | null;
  readonly epochs: readonly {
    readonly proposals: readonly string[];
    readonly commit: string;
    readonly epoch_authenticator: string;
  }[];
}

async function join(env: Environment, vector: Vector): Promise<OwnMember> {
  const { keyPackage } = unwrap(bytes(vector.key_package), 'keyPackage');
  const { welcome } = unwrap(bytes(vector.welcome), 'welcome');
  const own = {
    keyPackage,
    init: { privateKey: bytes(vector.init_priv), publicKey: keyPackage.initKey },
    leaf: {
      privateKey: bytes(vector.encryption_priv),
      publicKey: keyPackage.leafNode.encryptionKey,
    },
    signaturePrivateKey: bytes(vector.signature_priv),
  };
  const tree = vector.ratchet_tree && decode(ratchetTree, bytes(vector.ratchet_tree));
  const state = await joinGroup(env, welcome, own, tree ? { tree } : {});
  return new OwnMember(new OwnEngine(env), keyPackage.leafNode.credential.content, state);
}

async function follow(suiteId: number, vector: Vector): Promise<void> {
  const psks = new Map(vector.external_psks.map(({ psk_id, psk }) => [psk_id, bytes(psk)]));
  const env = environmentOf(await suiteOf(suiteId), {
    now: null,
    psk: (id) => (id.kind === 'external' ? psks.get(hex(id.pskId)) : undefined),
  });
  const member = await join(env, vector);
  expect(hex(await member.epochAuthenticator())).toBe(vector.initial_epoch_authenticator);
  for (const { proposals, commit, epoch_authenticator } of vector.epochs) {
    for (const proposal of proposals) await member.process(bytes(proposal));
    await member.process(bytes(commit));
    expect(hex(await member.epochAuthenticator())).toBe(epoch_authenticator);
  }
}

/** One test for each suite of the file. */
export function followVectors(file: string): void {
  test.each(bySuite<Vector>(file))(
    'suite $suiteId',
    { timeout: 180_000 },
    async ({ suiteId, vectors }) => {
      for (const vector of vectors) await follow(suiteId, vector);
    },
  );
}
