/** Commits that an insider could make with another client, and the server's lie about the flag. */

import { describe, expect, test } from 'vitest';
import { encode } from '../codec/codec.ts';
import type { Entry, Group } from '../engine.ts';
import { keyPackage as keyPackageCodec, signKeyPackage } from '../group/key-package.ts';
import { makeCommit } from '../group/make-commit.ts';
import type { Proposal } from '../group/proposal.ts';
import { propose } from '../group/propose.ts';
import type { GroupState } from '../group/state.ts';
import { signLeafNode } from '../tree/leaf-node.ts';
import { encodeBody, withClosesFlag } from './entry.ts';
import { eraseState } from './erase.ts';
import { decodeKeyPackage, readOwnKeyPackage } from './key-packages.ts';
import { makeEngine } from './polynya-engine.ts';
import {
  anyCommit,
  assemble,
  commitEntry,
  DAY,
  lenient,
  now,
  openCommit,
  person,
  ratchetOf,
  recordsOf,
  refusal,
  rehearsalEngine,
  stateOf,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();
const { suite } = lenient();
const trio = async () => (await assemble(engine, ['ann', 'ben', 'cid'])) as [Group, Group, Group];

/** A Commit that no honest member would make. */
async function forge(
  state: GroupState,
  proposals: readonly Proposal[],
  closes = false,
  env = lenient(),
  leaf = {},
): Promise<Entry> {
  const { message } = await makeCommit({ ...env, psk: () => new Uint8Array(32) }, state, {
    proposals,
    leaf,
    authenticatedData: withClosesFlag(new Uint8Array(), closes),
  });
  if (message.format !== 'privateMessage') throw new Error('a PrivateMessage is expected');
  const epoch = Number(state.context.epoch);
  return { kind: 'commit', epoch, closes, body: encodeBody(message.privateMessage) };
}

const remove = (removed: number): Proposal => ({ kind: 'remove', removed });
const add = (keyPackage: Uint8Array): Proposal => ({
  kind: 'add',
  keyPackage: decodeKeyPackage(keyPackage),
});

/** The code with which Ben refuses it; he must be as he was afterwards. */
async function refusedBy(ben: Group, entry: Entry) {
  const before = recordsOf(ben);
  const code = await refusal(() => ben.open(entry, anyCommit));
  expect(recordsOf(ben)).toEqual(before);
  return code;
}

describe('a Commit is refused', () => {
  test('when the server tells the closing flag otherwise', async () => {
    const [ann, ben] = await trio();
    for (const change of [{}, { remove: [2] }]) {
      const entry = commitEntry(ann.epoch, await ann.commit(change));
      const lie = { ...entry, closes: entry.closes !== true };
      expect(await refusedBy(ben, lie)).toBe('cannot-open');
      expect((await openCommit(ben, entry)).kind).toBe('commit');
    }
  });

  test('when it removes someone without closing, or closes without removing', async () => {
    const [ann, ben] = await trio();
    expect(await refusedBy(ben, await forge(stateOf(ann), [remove(2)], false))).toBe(
      'closes-mismatch',
    );
    expect(await refusedBy(ben, await forge(stateOf(ann), [], true))).toBe('closes-mismatch');
  });

  const foreign: [string, Proposal][] = [
    ['GroupContextExtensions', { kind: 'groupContextExtensions', extensions: [] }],
    [
      'a PreSharedKey',
      {
        kind: 'psk',
        psk: { kind: 'external', pskId: utf8('psk'), pskNonce: new Uint8Array(32) },
      },
    ],
    [
      'a ReInit',
      { kind: 'reinit', groupId: utf8('other'), version: 1, cipherSuite: 1, extensions: [] },
    ],
  ];
  test.each(foreign)('when it holds %s', async (_, proposal) => {
    const [ann, ben] = await trio();
    expect(await refusedBy(ben, await forge(stateOf(ann), [proposal]))).toBe('refused-proposal');
  });

  test('when it holds a proposal by reference', async () => {
    const [ann, ben] = await trio();
    const { state } = await propose(lenient(), stateOf(ann), remove(2));
    expect(await refusedBy(ben, await forge(state, [], true))).toBe('refused-proposal');
  });

  test('when the committer changes its own credential', async () => {
    const [ann, ben] = await trio();
    const credential = { credentialType: 1, content: utf8('ben') };
    const forged = await forge(stateOf(ann), [], false, lenient(), { credential });
    expect(await refusedBy(ben, forged)).toBe('refused-proposal');
  });

  test('when the public keys of its path are not those of the secrets it sends', async () => {
    const [ann, ben] = await trio();
    const deriveKeyPair = () => suite.kem.deriveKeyPair(crypto.getRandomValues(new Uint8Array(32)));
    const lying = { ...lenient(), suite: { ...suite, kem: { ...suite.kem, deriveKeyPair } } };
    expect(await refusedBy(ben, await forge(stateOf(ann), [], false, lying))).toBe(
      'invalid-commit',
    );
  });

  test('when the policy says so, having seen who does what', async () => {
    const [ann, ben] = await trio();
    const { keyPackage } = await person(engine, 'dan');
    const staged = await ann.commit({ add: [keyPackage], remove: [2] });
    const seen: unknown[] = [];
    const code = await refusal(() =>
      ben.open(commitEntry(ann.epoch, staged), (view) => {
        seen.push(
          view.committer.credential,
          view.added.map(({ credential }) => credential),
        );
        seen.push(
          view.removed.map(({ leaf }) => leaf),
          view.closes,
        );
        return false;
      }),
    );
    expect(code).toBe('refused-by-policy');
    expect(seen).toEqual([utf8('ann'), [utf8('dan')], [2], true]);
  });

  test('when it adds a credential that the authentication service does not accept', async () => {
    const [ann, ben] = await trio();
    const { keyPackage } = await person(engine, 'stranger');
    expect(await refusedBy(ben, await forge(stateOf(ann), [add(keyPackage)]))).toBe(
      'unknown-credential',
    );
    expect(await refusal(() => ann.commit({ add: [keyPackage] }))).toBe('unknown-credential');
  });

  test('when it adds a KeyPackage whose lifetime is over', async () => {
    const [ann, ben] = await trio();
    const late = rehearsalEngine(() => now() + 2 * DAY).restore(recordsOf(ben));
    const { keyPackage } = await person(engine, 'dan');
    expect(await refusedBy(late, await forge(stateOf(ann), [add(keyPackage)]))).toBe('expired');
    expect(await refusal(() => late.commit({ add: [keyPackage] }))).toBe('expired');
  });

  test('by the time at which the log took it, and not by when it is read', async () => {
    const [ann, ben] = await trio();
    const late = rehearsalEngine(() => now() + 2 * DAY).restore(recordsOf(ben));
    const { keyPackage } = await person(engine, 'dan');
    const entry = commitEntry(ann.epoch, await ann.commit({ add: [keyPackage] }));
    expect(await refusedBy(late, entry)).toBe('expired');
    expect(await refusedBy(late, { ...entry, time: Number.NaN })).toBe('malformed');
    await openCommit(late, { ...entry, time: null });
    const { group } = await openCommit(late, { ...entry, time: now() });
    expect(group.members).toHaveLength(4);
  });
});

describe('a KeyPackage whose HPKE key stands in the group already', () => {
  async function copying(part: 'init' | 'leaf', key: Uint8Array): Promise<Uint8Array> {
    const own = await person(engine, 'evil');
    const { keyPackage, signaturePrivateKey } = await readOwnKeyPackage(suite, own);
    const described = { ...keyPackage.leafNode, ...(part === 'leaf' && { encryptionKey: key }) };
    const place = { groupId: new Uint8Array(), leafIndex: 0 };
    const leafNode = await signLeafNode(suite, signaturePrivateKey, described, place);
    const unsigned = { ...keyPackage, leafNode, ...(part === 'init' && { initKey: key }) };
    return encode(keyPackageCodec, await signKeyPackage(suite, signaturePrivateKey, unsigned));
  }

  test.each(['init', 'leaf'] as const)('is refused in commit and open (%s)', async (part) => {
    const [ann, ben] = await trio();
    const state = stateOf(ann);
    const victim = state.tree.leaf(2);
    if (victim === null) throw new Error('a leaf is expected');
    const keyPackage = await copying(part, victim.encryptionKey);
    Object.assign(state.tree, { hasEncryptionKey: () => false });
    expect(await refusal(() => ann.commit({ add: [keyPackage] }))).toBe('duplicate-key');
    expect(await refusedBy(ben, await forge(state, [add(keyPackage)]))).toBe('duplicate-key');
  });

  test('is refused beside the KeyPackage it copies', async () => {
    const [ann] = await trio();
    const { keyPackage } = await person(engine, 'dan');
    const { initKey } = decodeKeyPackage(keyPackage);
    const batch = { add: [keyPackage, await copying('leaf', initKey)] };
    expect(await refusal(() => ann.commit(batch))).toBe('duplicate-key');
  });
});

test('a group takes as many devices as it may and refuses the next, in commit and in open', async () => {
  const authentication = { accepts: async () => true };
  const small = makeEngine({ authentication, now, maxMembers: 6 });
  const groups = await assemble(small, ['0', '1', '2', '3', '4', '5']);
  const [ann, ben] = groups as [Group, Group];
  const { keyPackage } = await person(small, 'one too many');
  expect(ann.members).toHaveLength(6);
  expect(await refusal(() => ann.commit({ add: [keyPackage] }))).toBe('group-full');
  expect(await refusedBy(ben, await forge(stateOf(ann), [add(keyPackage)]))).toBe('group-full');
  const swapped = await ann.commit({ add: [keyPackage], remove: [4] });
  const { group } = await openCommit(ben, commitEntry(ann.epoch, swapped));
  expect(group.members).toHaveLength(6);
});

test('a Commit longer than an entry may be is not made', async () => {
  const [ann] = await trio();
  const many = await Promise.all(
    Array.from({ length: 28 }, (_, at) => person(engine, `newcomer ${at}`)),
  );
  const add = many.map(({ keyPackage }) => keyPackage);
  expect(await refusal(() => ann.commit({ add }))).toBe('too-long');
  expect((await ann.commit({ add: add.slice(0, 14) })).group.members).toHaveLength(17);
});

describe('a judge that fails to answer is no verdict on the Commit', () => {
  test('the policy', async () => {
    const [ann, ben] = await trio();
    const entry = commitEntry(ann.epoch, await ann.commit({}));
    const broken = () => {
      throw new Error('a bug');
    };
    expect(await refusal(() => ben.open(entry, broken))).toBe('no-verdict');
  });

  test('the authentication service', async () => {
    const [ann, ben] = await trio();
    const accepts = () => Promise.reject(new Error('the store is away'));
    const lost = makeEngine({ authentication: { accepts }, now });
    const { keyPackage } = await person(engine, 'dan');
    for (const change of [{}, { add: [keyPackage] }]) {
      const entry = commitEntry(ann.epoch, await ann.commit(change));
      const code = await refusal(() => lost.restore(recordsOf(ben)).open(entry, anyCommit));
      expect(code).toBe('no-verdict');
    }
  });
});

test('removing oneself, nobody or someone twice is refused', async () => {
  const [ann] = await trio();
  expect(await refusal(() => ann.commit({ remove: [0] }))).toBe('invalid-argument');
  expect(await refusal(() => ann.commit({ remove: [9] }))).toBe('not-a-member');
  expect(await refusal(() => ann.commit({ remove: [1, 1] }))).toBe('invalid-argument');
});

test('disposing overwrites every secret', async () => {
  const [ann] = await trio();
  const { group } = await ann.seal(utf8('hi'));
  const state = stateOf(group);
  const secrets = () => [
    ...Object.values(state.secrets),
    state.senderDataSecret,
    state.resumptionPsk,
    state.signaturePrivateKey,
    ...[...state.privatePath.values()].map(({ privateKey }) => privateKey),
    ratchetOf(state, group.ownLeaf).secret,
  ];
  expect(secrets().every((secret) => secret.some((byte) => byte !== 0))).toBe(true);
  eraseState(state, []);
  expect(secrets().every((secret) => secret.every((byte) => byte === 0))).toBe(true);
});
