/** Branches (RFC 9420 section 11.3): a group refounded from an epoch that its members share. */
import { expect, test } from 'vitest';
import { encode } from '../codec/codec.ts';
import type { Group } from '../engine.ts';
import { createGroup } from '../group/create.ts';
import { makeCommit } from '../group/make-commit.ts';
import { welcome as welcomeCodec } from '../group/welcome.ts';
import { decodeKeyPackage, readOwnKeyPackage } from './key-packages.ts';
import {
  assemble,
  follow,
  lenient,
  openMessage,
  person,
  refusal,
  rehearsalEngine,
  stateOf,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();
const trio = async () => (await assemble(engine, ['ann', 'ben', 'cid'])) as [Group, Group, Group];

test('members of an epoch refound their group without one of them', async () => {
  const [ann, ben] = await trio();
  const [annAgain, benAgain] = await Promise.all([person(engine, 'ann'), person(engine, 'ben')]);
  const made = await ann.branch(utf8('refounded'), annAgain, [benAgain.keyPackage]);
  const joined = await ben.joinBranch(made.welcome, benAgain);
  expect(joined.id).toEqual(utf8('refounded'));
  expect(joined.epoch).toBe(1);
  expect(joined.members.map(({ credential }) => credential)).toEqual([utf8('ann'), utf8('ben')]);
  expect(joined.epochAuthenticator).toEqual(made.group.epochAuthenticator);
  const { body } = await made.group.seal(utf8('here we are'));
  expect((await openMessage(joined, body)).plaintext).toEqual(utf8('here we are'));
});

test('a branch opens to nobody who does not hold that epoch', async () => {
  const groups = await trio();
  const [annAgain, benAgain] = await Promise.all([person(engine, 'ann'), person(engine, 'ben')]);
  const made = await groups[0].branch(utf8('refounded'), annAgain, [benAgain.keyPackage]);
  const { groups: later } = await follow(groups, 2, {});
  const [, stranger] = await trio();
  for (const group of [later[1] as Group, stranger]) {
    expect(await refusal(() => group.joinBranch(made.welcome, benAgain))).toBe('invalid-welcome');
  }
  expect(await refusal(() => engine.join(made.welcome, benAgain))).toBe('invalid-welcome');
});

test('an ordinary Welcome is no branch', async () => {
  const [ann, ben] = await trio();
  const dan = await person(engine, 'dan');
  const { welcome } = await ann.commit({ add: [dan.keyPackage] });
  expect(await refusal(() => ben.joinBranch(welcome as Uint8Array, dan))).toBe('invalid-welcome');
});

test('a resumption PSK for another use proves no branch', async () => {
  const [ann, ben] = await trio();
  const [annAgain, benAgain] = await Promise.all([person(engine, 'ann'), person(engine, 'ben')]);
  const env = lenient();
  const parent = stateOf(ann);
  const own = await readOwnKeyPackage(env.suite, annAgain);
  const { groupId: pskGroupId, epoch: pskEpoch } = parent.context;
  const pskNonce = env.random(32);
  const psk = { kind: 'resumption', usage: 'application', pskGroupId, pskEpoch, pskNonce } as const;
  const { welcome } = await makeCommit(
    { ...env, psk: () => parent.resumptionPsk },
    await createGroup(env, utf8('new'), own),
    {
      proposals: [
        { kind: 'add', keyPackage: decodeKeyPackage(benAgain.keyPackage) },
        { kind: 'psk', psk },
      ],
    },
  );
  if (welcome === null) throw new Error('a Welcome was expected');
  const bytes = encode(welcomeCodec, welcome);
  expect(await refusal(() => ben.joinBranch(bytes, benAgain))).toBe('invalid-welcome');
});
