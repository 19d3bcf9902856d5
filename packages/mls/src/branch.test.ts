/** Branches (RFC 9420 section 11.3): a group refounded from an epoch that its members share. */
import { createCommit } from 'ts-mls/createCommit.js';
import { encodeWelcome, type Welcome } from 'ts-mls/welcome.js';
import { expect, test } from 'vitest';
import type { Group } from './engine.ts';
import { branchProof, found } from './join.ts';
import { decodeKeyPackage } from './key-package.ts';
import {
  assemble,
  follow,
  now,
  openMessage,
  person,
  refusal,
  rehearsalEngine,
  stateOf,
  utf8,
} from './rehearsal.ts';
import { makeSuite } from './suite.ts';

const engine = await rehearsalEngine();
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
  const suite = await makeSuite();
  const judges = { suite, authentication: { accepts: async () => true }, now };
  const [annAgain, benAgain] = await Promise.all([person(engine, 'ann'), person(engine, 'ben')]);
  const { proposal, pskIndex } = branchProof(judges, stateOf(ann));
  const preSharedKeyId = { ...proposal.psk.preSharedKeyId, usage: 'application' as const };
  const { welcome } = await createCommit(
    { state: await found(judges, utf8('new'), annAgain), cipherSuite: suite, pskIndex },
    {
      extraProposals: [
        { proposalType: 'add', add: { keyPackage: decodeKeyPackage(benAgain.keyPackage) } },
        { proposalType: 'psk', psk: { preSharedKeyId } },
      ],
      ratchetTreeExtension: true,
    },
  );
  const bytes = encodeWelcome(welcome as Welcome);
  expect(await refusal(() => ben.joinBranch(bytes, benAgain))).toBe('invalid-welcome');
});
