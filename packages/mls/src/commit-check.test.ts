/** Commits that an insider could make with another client, and the server's lie about the flag. */

import type { ClientState } from 'ts-mls/clientState.js';
import { makePskIndex } from 'ts-mls/clientState.js';
import { createCommit } from 'ts-mls/createCommit.js';
import { createProposal } from 'ts-mls/createMessage.js';
import { encodeKeyPackage, signKeyPackage } from 'ts-mls/keyPackage.js';
import { signLeafNodeKeyPackage } from 'ts-mls/leafNode.js';
import type { Proposal } from 'ts-mls/proposal.js';
import { describe, expect, test } from 'vitest';
import { encodeBody, withClosesFlag } from './codec.ts';
import type { Entry, Group } from './engine.ts';
import { decodeKeyPackage, readOwnKeyPackage } from './key-package.ts';
import { MAX_MEMBERS } from './limits.ts';
import {
  anyCommit,
  assemble,
  commitEntry,
  DAY,
  now,
  openCommit,
  person,
  refusal,
  rehearsalEngine,
  stateOf,
  utf8,
} from './rehearsal.ts';
import { secretsOf } from './state.ts';
import { makeSuite, type Suite } from './suite.ts';
import { makeEngine } from './ts-mls-engine.ts';
import { TsMlsGroup } from './ts-mls-group.ts';

const engine = await rehearsalEngine();
const suite = await makeSuite();
const trusting = { suite, authentication: { accepts: async () => true }, now };
const trio = async () => (await assemble(engine, ['ann', 'ben', 'cid'])) as [Group, Group, Group];

/** A Commit that no honest member would make. */
async function forge(
  state: ClientState,
  proposals: Proposal[],
  closes = false,
  cipherSuite: Suite = suite,
): Promise<Entry> {
  const psk = Buffer.from('psk').toString('base64');
  const { commit } = await createCommit(
    { state, cipherSuite, pskIndex: makePskIndex(state, { [psk]: new Uint8Array(64) }) },
    { extraProposals: proposals, authenticatedData: withClosesFlag(new Uint8Array(), closes) },
  );
  if (commit.wireformat !== 'mls_private_message') throw new Error('a PrivateMessage is expected');
  const epoch = Number(state.groupContext.epoch);
  return { kind: 'commit', epoch, closes, body: encodeBody(commit.privateMessage) };
}

const remove = (leaf: number): Proposal => ({ proposalType: 'remove', remove: { removed: leaf } });
const add = (keyPackage: Uint8Array): Proposal => ({
  proposalType: 'add',
  add: { keyPackage: decodeKeyPackage(keyPackage) },
});

/** The code with which Ben refuses it; he must be as he was afterwards. */
async function refusedBy(ben: Group, entry: Entry) {
  const before = ben.snapshot();
  const code = await refusal(() => ben.open(entry, anyCommit));
  expect(ben.snapshot()).toEqual(before);
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
    [
      'GroupContextExtensions',
      { proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } },
    ],
    [
      'a PreSharedKey',
      {
        proposalType: 'psk',
        psk: {
          preSharedKeyId: {
            psktype: 'external',
            pskId: utf8('psk'),
            pskNonce: new Uint8Array(64),
          },
        },
      },
    ],
    [
      'a ReInit',
      {
        proposalType: 'reinit',
        reinit: {
          groupId: utf8('other'),
          version: 'mls10',
          cipherSuite: suite.name,
          extensions: [],
        },
      },
    ],
    ['an unknown proposal', { proposalType: 0xf123, proposalData: utf8('?') }],
  ];
  test.each(foreign)('when it holds %s', async (_, proposal) => {
    const [ann, ben] = await trio();
    expect(await refusedBy(ben, await forge(stateOf(ann), [proposal]))).toBe('refused-proposal');
  });

  test('when it holds a proposal by reference', async () => {
    const [ann, ben] = await trio();
    const { newState } = await createProposal(stateOf(ann), false, remove(2), suite);
    expect(await refusedBy(ben, await forge(newState, [], true))).toBe('refused-proposal');
  });

  test('when the committer changes its own credential', async () => {
    const [ann, ben] = await trio();
    const state = stateOf(ann);
    const node = state.ratchetTree[0];
    if (node?.nodeType !== 'leaf') throw new Error('a leaf is expected');
    const credential = { credentialType: 'basic' as const, identity: utf8('ben') };
    const ratchetTree = [...state.ratchetTree];
    ratchetTree[0] = { ...node, leaf: { ...node.leaf, credential } };
    expect(await refusedBy(ben, await forge({ ...state, ratchetTree }, []))).toBe(
      'refused-proposal',
    );
  });

  test('when the public keys of its path are not those of the secrets it sends', async () => {
    const [ann, ben] = await trio();
    const deriveKeyPair = () => suite.hpke.generateKeyPair();
    const lying = { ...suite, hpke: { ...suite.hpke, deriveKeyPair } };
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
    const late = (await rehearsalEngine(() => now() + 2 * DAY)).restore(ben.snapshot());
    const { keyPackage } = await person(engine, 'dan');
    expect(await refusedBy(late, await forge(stateOf(ann), [add(keyPackage)]))).toBe('expired');
    expect(await refusal(() => late.commit({ add: [keyPackage] }))).toBe('expired');
  });

  test('by the time at which the log took it, and not by when it is read', async () => {
    const [ann, ben] = await trio();
    const late = (await rehearsalEngine(() => now() + 2 * DAY)).restore(ben.snapshot());
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
    const { publicPart, secrets } = await readOwnKeyPackage(suite, own);
    const signing = secrets.signaturePrivateKey;
    const leafNode = await signLeafNodeKeyPackage(
      { ...publicPart.leafNode, ...(part === 'leaf' && { hpkePublicKey: key }) },
      signing,
      suite.signature,
    );
    const tbs = { ...publicPart, leafNode, ...(part === 'init' && { initKey: key }) };
    return encodeKeyPackage(await signKeyPackage(tbs, signing, suite.signature));
  }

  test.each(['init', 'leaf'] as const)('is refused in commit and open (%s)', async (part) => {
    const [ann, ben] = await trio();
    const state = stateOf(ann);
    const victim = state.ratchetTree[4];
    if (victim?.nodeType !== 'leaf') throw new Error('a leaf is expected');
    const keyPackage = await copying(part, victim.leaf.hpkePublicKey);
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

test(`a group takes ${MAX_MEMBERS} devices and refuses the next, in commit and in open`, async () => {
  const names = Array.from({ length: MAX_MEMBERS }, (_, at) => `${at}`);
  const groups = await assemble(engine, names);
  const [ann, ben] = groups as [Group, Group];
  const { keyPackage } = await person(engine, 'one too many');
  expect(ann.members).toHaveLength(MAX_MEMBERS);
  expect(await refusal(() => ann.commit({ add: [keyPackage] }))).toBe('group-full');
  expect(await refusedBy(ben, await forge(stateOf(ann), [add(keyPackage)]))).toBe('group-full');
  const swapped = await ann.commit({ add: [keyPackage], remove: [9] });
  expect((await openCommit(ben, commitEntry(ann.epoch, swapped))).group.members).toHaveLength(
    MAX_MEMBERS,
  );
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
    const lost = await makeEngine({ authentication: { accepts }, now });
    const { keyPackage } = await person(engine, 'dan');
    for (const change of [{}, { add: [keyPackage] }]) {
      const entry = commitEntry(ann.epoch, await ann.commit(change));
      const code = await refusal(() => lost.restore(ben.snapshot()).open(entry, anyCommit));
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
  const state = stateOf(ann);
  expect(secretsOf(state).some((secret) => secret.some((byte) => byte !== 0))).toBe(true);
  new TsMlsGroup(trusting, state).dispose([]);
  expect(secretsOf(state).every((secret) => secret.every((byte) => byte === 0))).toBe(true);
});
