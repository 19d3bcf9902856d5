/** Commits of an insider that no honest client makes (RFC 9420 sections 12.2 and 12.4). */
import { describe, expect, test } from 'vitest';
import { encode } from '../../codec/codec.ts';
import { decryptWithLabel } from '../../crypto/labels.ts';
import type { Commit } from '../../group/commit.ts';
import type { Proposal } from '../../group/proposal.ts';
import { propose } from '../../group/propose.ts';
import { groupContext } from '../../schedule/group-context.ts';
import { EXTENSION } from '../../tree/extension.ts';
import { unwrap, wrap } from '../peers/own.ts';
import { forge, newcomer, pathless, refusedBy, suite, trio, utf8 } from './attack.ts';

const remove = (removed: number): Proposal => ({ kind: 'remove', removed });
const required = (data: number[]): Proposal => ({
  kind: 'groupContextExtensions',
  extensions: [
    { extensionType: EXTENSION.requiredCapabilities, extensionData: Uint8Array.from(data) },
  ],
});

/** An honest Commit with its path, to be altered. */
async function honest(member: Awaited<ReturnType<typeof trio>>[0], proposals: Proposal[] = []) {
  const { state } = member;
  const { commit } = await member.commit({ proposals, wireFormat: 'publicMessage' });
  const { body } = unwrap(commit, 'publicMessage').publicMessage.content;
  const after = member.state;
  member.state = state;
  if (body.kind !== 'commit' || body.commit.path === null) throw new Error('a path was expected');
  return { commit: body.commit, path: body.commit.path, after };
}

describe('a Remove without a path, which would leave the removed member able to read', () => {
  test('is refused', async () => {
    const [ann, ben] = await trio();
    const tree = ann.state.tree.remove(2);
    expect(await refusedBy(ben, await forge(ann, pathless(remove(2)), { tree }))).toBe(
      'path-required',
    );
  });

  test('is never made: who is removed finds no ciphertext for any key it holds', async () => {
    const [ann, ben, cid] = await trio();
    for (const member of [cid, ben, ann]) {
      const commit = await member.update();
      for (const other of [ann, ben, cid]) if (other !== member) await other.process(commit);
    }
    const { commit } = await ann.commit({
      proposals: [remove(2)],
      path: false,
      wireFormat: 'publicMessage',
    });
    await ben.process(commit);
    const { body } = unwrap(commit, 'publicMessage').publicMessage.content;
    if (body.kind !== 'commit') throw new Error('a Commit was expected');
    const { path } = body.commit;
    if (path === null) throw new Error('a path was expected');
    const context = encode(groupContext, {
      ...ann.state.context,
      confirmedTranscriptHash: cid.state.context.confirmedTranscriptHash,
    });
    const ciphertexts = path.nodes.flatMap((node) => node.encryptedPathSecret);
    const opens = async (keys: (typeof cid)['state']['privatePath']) => {
      let opened = 0;
      for (const keyPair of keys.values()) {
        for (const one of ciphertexts) {
          const work = decryptWithLabel(suite, keyPair, 'UpdatePathNode', context, one);
          opened += await work.then(
            () => 1,
            () => 0,
          );
        }
      }
      return opened;
    };
    const before = cid.state.privatePath;
    expect(before.size).toBeGreaterThan(1);
    expect(await opens(before)).toBe(0);
    await cid.process(commit);
    const message = await ann.seal(utf8('without cid'));
    await expect(cid.open(message)).rejects.toThrow();
    expect(await ben.open(message)).toEqual(utf8('without cid'));
  });
});

describe('a list of proposals is refused', () => {
  const lists: [why: string, proposals: Proposal[], rule: string][] = [
    ['empty and without a path', [], 'path-required'],
    ['new extensions without a path', [required([0, 0, 2, 0, 1])], 'path-required'],
    ['removing the committer', [remove(0)], 'remove-of-committer'],
    ['removing nobody', [remove(3)], 'remove-of-nobody'],
    ['removing somebody outside', [remove(70_000)], 'remove-of-nobody'],
    ['removing somebody twice', [remove(2), remove(2)], 'leaf-changed-twice'],
    [
      'an ExternalInit by a member',
      [{ kind: 'externalInit', kemOutput: new Uint8Array(32) }],
      'external-init-by-member',
    ],
    [
      'two changes of extensions',
      [required([0, 0, 2, 0, 1]), required([0, 0, 2, 0, 1])],
      'group-extensions-twice',
    ],
    [
      'a ReInit among others',
      [
        { kind: 'reinit', groupId: utf8('next'), version: 1, cipherSuite: 1, extensions: [] },
        remove(2),
      ],
      'reinit-alone',
    ],
    [
      'a ReInit to an older version',
      [{ kind: 'reinit', groupId: utf8('next'), version: 0, cipherSuite: 1, extensions: [] }],
      'reinit-version',
    ],
    [
      'a proposal of an unknown kind',
      [{ kind: 'other', proposalType: 0xf123, data: utf8('?') }],
      'proposal-unsupported',
    ],
    [
      'an unknown pre-shared key',
      [{ kind: 'psk', psk: { kind: 'external', pskId: utf8('?'), pskNonce: new Uint8Array(32) } }],
      'psk-unknown',
    ],
    [
      'a pre-shared key with a short nonce',
      [{ kind: 'psk', psk: { kind: 'external', pskId: utf8('?'), pskNonce: new Uint8Array(31) } }],
      'psk-nonce',
    ],
    [
      'a key that resumes a group in its middle',
      [
        {
          kind: 'psk',
          psk: {
            kind: 'resumption',
            usage: 'branch',
            pskGroupId: utf8('g'),
            pskEpoch: 0n,
            pskNonce: new Uint8Array(32),
          },
        },
      ],
      'psk-usage',
    ],
  ];
  test.each(lists)('%s', async (_why, proposals, rule) => {
    const [ann, ben] = await trio();
    expect(await refusedBy(ben, await forge(ann, pathless(...proposals)))).toBe(rule);
  });

  test('the committer’s own Update, by reference', async () => {
    const [ann, ben] = await trio();
    const { path } = await honest(ann);
    const leafNode = { ...path.leafNode, source: { kind: 'update' } } as const;
    const made = await propose(ann.env, ann.state, { kind: 'update', leafNode });
    const sneaked = { ...made.state };
    expect(await refusedBy(ben, wrap(made.message))).toBe('leaf-signature');
    ann.state = sneaked;
    const commit: Commit = { proposals: [{ by: 'reference', reference: made.reference }], path };
    expect(await refusedBy(ben, await forge(ann, commit))).toBe('proposal-by-reference-unknown');
  });

  test('an Update by value', async () => {
    const [ann, ben] = await trio();
    const { path } = await honest(ann);
    const leafNode = { ...path.leafNode, source: { kind: 'update' } } as const;
    expect(await refusedBy(ben, await forge(ann, pathless({ kind: 'update', leafNode })))).toMatch(
      /update-by-/,
    );
  });
});

describe('a path is refused', () => {
  type Path = NonNullable<Commit['path']>;
  const alterations: [why: string, alter: (path: Path) => Path, rule: string][] = [
    ['too short', (path) => ({ ...path, nodes: path.nodes.slice(1) }), 'path-length'],
    [
      'too long',
      ({ nodes, ...path }) => ({
        ...path,
        nodes: [
          ...nodes,
          ...nodes
            .slice(-1)
            .map((node) => ({ ...node, encryptionKey: node.encryptionKey.with(0, 9) })),
        ],
      }),
      'path-length',
    ],
    [
      'with a ciphertext too few',
      (path) => ({
        ...path,
        nodes: path.nodes.map((node) => ({ ...node, encryptedPathSecret: [] })),
      }),
      'path-ciphertexts',
    ],
    [
      'whose keys are not those that the leaf vouches for',
      (path) => ({
        ...path,
        nodes: path.nodes.map((node, at) =>
          at === 0 ? { ...node, encryptionKey: node.encryptionKey.with(0, 7) } : node,
        ),
      }),
      'path-parent-hash',
    ],
    [
      'with a key twice',
      (path) => ({
        ...path,
        nodes: path.nodes.map((node) => ({
          ...node,
          encryptionKey: path.nodes[0]?.encryptionKey ?? node.encryptionKey,
        })),
      }),
      'path-key-unique',
    ],
    [
      'with a leaf that somebody else signed',
      (path) => ({ ...path, leafNode: { ...path.leafNode, signature: new Uint8Array(64) } }),
      'leaf-signature',
    ],
  ];
  test.each(alterations)('%s', async (_why, alter, rule) => {
    const [ann, ben] = await trio();
    const { commit, path } = await honest(ann);
    const altered = { ...commit, path: alter(path) };
    expect(await refusedBy(ben, await forge(ann, altered))).toBe(rule);
  });

  test('whose secret does not fit its keys, by everyone who gets it', async () => {
    const [ann, ben] = await trio();
    const { commit, path } = await honest(ann);
    const other = await honest(ann);
    const crossed = path.nodes.map((node, at) => ({
      ...node,
      encryptedPathSecret: other.path.nodes[at]?.encryptedPathSecret ?? [],
    }));
    const altered = { ...commit, path: { ...path, nodes: crossed } };
    expect(await refusedBy(ben, await forge(ann, altered))).toMatch(
      /cannot-open|path-key-of-secret/,
    );
  });

  test('whose leaf brings the key that it had', async () => {
    const [ann, ben] = await trio();
    const { commit, path } = await honest(ann);
    const leaf = ann.state.tree.leaf(0);
    if (leaf === null) throw new Error('ann has a leaf');
    const leafNode = { ...path.leafNode, encryptionKey: leaf.encryptionKey };
    expect(
      await refusedBy(ben, await forge(ann, { ...commit, path: { ...path, leafNode } })),
    ).not.toBe('nothing');
  });
});

test('a Commit whose confirmation tag is wrong is refused', async () => {
  const [ann, ben] = await trio();
  const late = await newcomer();
  const { keyPackage } = late.own;
  const { tree } = ann.state.tree.add(keyPackage.leafNode);
  const add = pathless({ kind: 'add', keyPackage });
  const confirmationTag = new Uint8Array(32);
  expect(await refusedBy(ben, await forge(ann, add, { tree, confirmationTag }))).toBe(
    'confirmation-tag',
  );
  expect(await refusedBy(ben, await forge(ann, add))).toBe('confirmation-tag');
  expect(await refusedBy(ben, await forge(ann, add, { tree }))).toBe('nothing');
});
