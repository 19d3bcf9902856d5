/** Ways of RFC 9420 that the working group's vectors do not show: from outside, by keys shared before, and onwards. */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { describe, expect, test } from 'vitest';
import { encode } from '../../codec/codec.ts';
import { loadSuite } from '../../crypto/load-suite.ts';
import { signContent } from '../../framing/framed-content.ts';
import { createGroup } from '../../group/create.ts';
import { makeExternalCommit } from '../../group/external-commit.ts';
import { externalSenders } from '../../group/external-senders.ts';
import { joinGroup } from '../../group/join.ts';
import { makeCommit } from '../../group/make-commit.ts';
import { makeGroupInfo } from '../../group/make-welcome.ts';
import type { Proposal } from '../../group/proposal.ts';
import { propose, proposeOwnAdd, proposeUpdate } from '../../group/propose.ts';
import { joinSuccessor, makeSuccessor } from '../../group/successor.ts';
import { EXTENSION } from '../../tree/extension.ts';
import { newcomer, refusal, refusedBy, suite, trio, utf8 } from '../attacks/attack.ts';
import { environmentOf, OwnEngine, OwnMember, signatureKeys, wrap } from '../peers/own.ts';
import { identityOf } from '../peers/peer.ts';

const authenticator = ({ state }: OwnMember) => state.secrets.epochAuthenticator;

describe('a pre-shared key', () => {
  const key = utf8('agreed on by telephone');
  const knowing = { psk: () => key };
  const proposal: Proposal = {
    kind: 'psk',
    psk: { kind: 'external', pskId: utf8('telephone'), pskNonce: new Uint8Array(32).fill(3) },
  };

  test('goes into the epoch, by value and by reference, also for who comes by the same Commit', async () => {
    const [ann, ben] = await trio(knowing);
    const { state, message } = await propose(ben.env, ben.state, proposal);
    ben.state = state;
    await ann.process(wrap(message));
    const guest = await new OwnEngine(environmentOf(suite, knowing)).newcomer(identityOf(9));
    const { commit, welcome } = await ann.add([guest.keyPackage]);
    await ben.process(commit);
    const joined = await guest.join(welcome ?? new Uint8Array());
    expect(authenticator(ben)).toEqual(authenticator(ann));
    expect(authenticator(joined)).toEqual(authenticator(ann));
    await ben.process((await ann.commit({ proposals: [proposal] })).commit);
    expect(authenticator(ben)).toEqual(authenticator(ann));
  });

  test('keeps out whoever does not know it, or knows another', async () => {
    const [ann, ben] = await trio(knowing);
    const { commit } = await ann.commit({ proposals: [proposal] });
    const [, ignorant] = await trio();
    ignorant.state = ben.state;
    expect(await refusedBy(ignorant, commit)).toBe('psk-unknown');
    const [, mistaken] = await trio({ psk: () => utf8('misheard') });
    mistaken.state = ben.state;
    expect(await refusedBy(mistaken, commit)).toBe('confirmation-tag');
  });

  test('of a former epoch of the same group proves to have been there', async () => {
    const [ann, ben] = await trio();
    const { groupId, epoch } = ann.state.context;
    await ben.process(await ann.update());
    const psk = {
      kind: 'resumption',
      usage: 'application',
      pskGroupId: groupId,
      pskEpoch: epoch,
      pskNonce: new Uint8Array(32).fill(4),
    } as const;
    await ben.process((await ann.commit({ proposals: [{ kind: 'psk', psk }] })).commit);
    expect(authenticator(ben)).toEqual(authenticator(ann));
  });
});

describe('from outside', () => {
  test('an external sender whom the group names proposes a Remove', async () => {
    const sender = await signatureKeys(environmentOf(suite));
    const credential = { credentialType: 1, content: utf8('the school') };
    const data = encode(externalSenders, [{ signatureKey: sender.publicKey, credential }]);
    const [ann, ben] = await trio();
    const named: Proposal = {
      kind: 'groupContextExtensions',
      extensions: [{ extensionType: EXTENSION.externalSenders, extensionData: data }],
    };
    await ben.process((await ann.commit({ proposals: [named] })).commit);
    const { groupId, epoch } = ann.state.context;
    const outside = async (proposal: Proposal, privateKey = sender.privateKey) => {
      const content = {
        groupId,
        epoch,
        sender: { kind: 'external', senderIndex: 0 },
        authenticatedData: new Uint8Array(),
        body: { kind: 'proposal', proposal },
      } as const;
      const wireFormat = 'publicMessage';
      const { context } = ann.state;
      const signature = await signContent(suite, privateKey, wireFormat, content, context);
      const confirmationTag = null;
      const membershipTag = null;
      const publicMessage = {
        wireFormat,
        content,
        signature,
        confirmationTag,
        membershipTag,
      } as const;
      return wrap({ format: 'publicMessage', publicMessage });
    };
    const forged = await outside({ kind: 'remove', removed: 2 }, new Uint8Array(32).fill(1));
    expect(await refusedBy(ben, forged)).toBe('signature');
    const update = { kind: 'update', leafNode: ann.state.tree.leaf(0) } as Proposal;
    expect(await refusedBy(ben, await outside(update))).toBe('proposal-sender');
    const remove = await outside({ kind: 'remove', removed: 2 });
    await ann.process(remove);
    await ben.process(remove);
    await ben.process((await ann.commit({})).commit);
    expect(ben.state.tree.leaf(2)).toBeNull();
    expect(authenticator(ben)).toEqual(authenticator(ann));
  });

  test('somebody proposes to be added, and is', async () => {
    const [ann, ben] = await trio();
    const guest = await newcomer();
    const message = wrap(await proposeOwnAdd(ann.env, ann.state.context, guest.own));
    await ann.process(message);
    await ben.process(message);
    const { commit, welcome } = await ann.commit({});
    await ben.process(commit);
    const joined = await guest.join(welcome ?? new Uint8Array());
    expect(authenticator(joined)).toEqual(authenticator(ben));
  });

  test('a device that lost its state comes back into its own leaf', async () => {
    const [ann, ben, cid] = await trio();
    const info = await makeGroupInfo(ann.env, ann.state, { withTree: true, withExternalPub: true });
    const again = await newcomer(2);
    const { message, staged } = await makeExternalCommit(ben.env, info, again.own, { resync: 1 });
    for (const member of [ann, cid]) await member.process(wrap(message));
    const back = new OwnMember(new OwnEngine(ben.env), again.identity, staged);
    expect(back.state.ownLeaf).toBe(1);
    expect(authenticator(back)).toEqual(authenticator(ann));
    const later = await ann.seal(utf8('since then'));
    await expect(ben.open(later)).rejects.toThrow();
    expect(await back.open(later)).toEqual(utf8('since then'));
    await cid.process(await back.update());
  });
});

describe('a ReInit', () => {
  const reinit = (cipherSuite: number): Proposal => ({
    kind: 'reinit',
    groupId: utf8('the next group'),
    version: 1,
    cipherSuite,
    extensions: [],
  });

  test('ends a group, and its members go on under another suite', async () => {
    const [ann, ben] = await trio();
    await ben.process((await ann.commit({ proposals: [reinit(3)] })).commit);
    for (const member of [ann, ben]) {
      expect(await refusal(() => member.seal(utf8('still here?')))).toBe('group-reinitialised');
      expect(await refusal(() => member.update())).toBe('group-reinitialised');
    }
    const chacha = new OwnEngine(environmentOf(await loadSuite(3, nodePrimitives)));
    const [first, second] = [
      await chacha.newcomer(identityOf(1)),
      await chacha.newcomer(identityOf(2)),
    ];
    const others = [second.own.keyPackage];
    const { state, welcome } = await makeSuccessor(
      chacha.env,
      ann.state,
      'reinit',
      utf8('not looked at'),
      first.own,
      others,
    );
    const joined = await joinSuccessor(chacha.env, ben.state, 'reinit', welcome, second.own);
    expect(joined.context.groupId).toEqual(utf8('the next group'));
    expect(joined.secrets.epochAuthenticator).toEqual(state.secrets.epochAuthenticator);
    const asBranch = () => joinSuccessor(chacha.env, ben.state, 'branch', welcome, second.own);
    expect(await refusal(asBranch)).toBe('psk-usage');
  });

  test('leads to no group but the one that was agreed on', async () => {
    const [ann, ben] = await trio();
    await ben.process((await ann.commit({ proposals: [reinit(1)] })).commit);
    const engine = new OwnEngine(environmentOf(suite));
    const [first, second] = [
      await engine.newcomer(identityOf(1)),
      await engine.newcomer(identityOf(2)),
    ];
    const psk = {
      kind: 'resumption',
      usage: 'reinit',
      pskGroupId: ann.state.context.groupId,
      pskEpoch: ann.state.context.epoch,
      pskNonce: new Uint8Array(32),
    } as const;
    const root = await createGroup(engine.env, utf8('another group'), first.own);
    const { welcome } = await makeCommit(
      { ...engine.env, psk: () => ann.state.resumptionPsk },
      root,
      {
        proposals: [
          { kind: 'add', keyPackage: second.own.keyPackage },
          { kind: 'psk', psk },
        ],
      },
    );
    if (welcome === null) throw new Error('a Welcome was expected');
    const join = () => joinSuccessor(engine.env, ben.state, 'reinit', welcome, second.own);
    expect(await refusal(join)).toBe('successor-parameters');
    expect(await refusal(() => joinGroup(engine.env, welcome, second.own))).not.toBe('nothing');
  });
});

test('an Update of one member is committed by another, and its former key is of no use', async () => {
  const [ann, ben, cid] = await trio();
  const { message, state } = await proposeUpdate(ben.env, ben.state);
  const before = ben.state.tree.leaf(1)?.encryptionKey;
  ben.state = state;
  for (const member of [ann, cid]) await member.process(wrap(message));
  const { commit } = await ann.commit({});
  for (const member of [ben, cid]) await member.process(commit);
  expect(authenticator(ben)).toEqual(authenticator(cid));
  expect(ben.state.tree.leaf(1)?.encryptionKey).not.toEqual(before);
  expect(ben.state.tree.leaf(1)?.source.kind).toBe('update');
  const next = await ben.update();
  for (const member of [ann, cid]) await member.process(next);
  expect(authenticator(ann)).toEqual(authenticator(ben));
});
