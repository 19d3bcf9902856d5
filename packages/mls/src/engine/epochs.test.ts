/** What opens when: races, replays, past epochs, skipped messages, removals. */

import { webPrimitives } from '@polynya/crypto/web-primitives';
import { describe, expect, test } from 'vitest';
import type { Group, StagedCommit } from '../engine.ts';
import {
  anyCommit,
  assemble,
  commitEntry,
  follow,
  openCommit,
  openMessage,
  person,
  ratchetOf,
  recordsOf,
  refusal,
  rehearsalEngine,
  restored,
  stateOf,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();

const pair = async () => (await assemble(engine, ['ann', 'ben'])) as [Group, Group];
const trio = async () => (await assemble(engine, ['ann', 'ben', 'cid'])) as [Group, Group, Group];

function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(bytes).includes(Buffer.from(part));
}

describe('two Commits of one epoch', () => {
  test('one is adopted, the other dropped and made again', async () => {
    const [ann, ben, cid] = await trio();
    const { keyPackage } = await person(engine, 'dan');
    const won = await ann.commit({});
    const lost = await ben.commit({ add: [keyPackage] });
    const { group: benNext } = await openCommit(ben, commitEntry(ben.epoch, won));
    const { group: cidNext } = await openCommit(cid, commitEntry(cid.epoch, won));
    expect(await refusal(() => openCommit(cidNext, commitEntry(cid.epoch, lost)))).toBe(
      'wrong-epoch',
    );
    const again = await benNext.commit({ add: [keyPackage] });
    const { group } = await openCommit(won.group, commitEntry(benNext.epoch, again));
    expect(group.epochAuthenticator).toEqual(again.group.epochAuthenticator);
    expect(group.members).toHaveLength(4);
  });

  test('the maker does not open its own Commit or message', async () => {
    const [ann, ben] = await pair();
    const staged = await ann.commit({});
    const { body } = await ann.seal(utf8('mine'));
    expect(await refusal(() => openCommit(ann, commitEntry(ann.epoch, staged)))).toBe('own-entry');
    expect(await refusal(() => openMessage(ann, body))).toBe('own-entry');
    expect((await openMessage(ben, body)).plaintext).toEqual(utf8('mine'));
  });
});

describe('a message', () => {
  test('opens once', async () => {
    const [ann, ben] = await pair();
    const { body } = await ann.seal(utf8('once'));
    const { group } = await openMessage(ben, body);
    expect(await refusal(() => openMessage(group, body))).toBe('replayed');
    const again = restored(engine, group);
    expect(await refusal(() => openMessage(again, body))).toBe('replayed');
  });

  test('of the past three epochs opens, of the fourth does not', async () => {
    let groups: Group[] = await pair();
    const bodies: Uint8Array[] = [];
    for (let step = 0; step < 4; step += 1) {
      bodies.push((await (groups[0] as Group).seal(utf8(`epoch ${step}`))).body);
      ({ groups } = await follow(groups, step % 2, {}));
    }
    let ben = restored(engine, groups[1] as Group);
    const first = ben.epoch - 4;
    expect(await refusal(() => openMessage(ben, bodies[0] as Uint8Array, first))).toBe(
      'epoch-gone',
    );
    for (const step of [3, 1, 2]) {
      const body = bodies[step] as Uint8Array;
      const opened = await openMessage(ben, body, first + step);
      expect(opened.plaintext).toEqual(utf8(`epoch ${step}`));
      expect(opened.sender.credential).toEqual(utf8('ann'));
      ben = restored(engine, opened.group);
      expect(await refusal(() => openMessage(ben, body, first + step))).toBe('replayed');
    }
  });

  test('that was opened while a Commit was staged does not open again behind it', async () => {
    const [ann, ben] = await pair();
    const staged = await ann.commit({});
    const { body } = await ben.seal(utf8('meanwhile'));
    const { body: later } = await (await ben.seal(utf8('x'))).group.seal(utf8('later'));
    const opened = await openMessage(ann, body);
    const adopted = staged.group.following(opened.group);
    for (const group of [adopted, restored(engine, adopted)]) {
      expect(await refusal(() => openMessage(group, body, ben.epoch))).toBe('replayed');
      expect((await openMessage(group, later, ben.epoch)).plaintext).toEqual(utf8('later'));
    }
  });

  test('of an epoch that a Commit closed does not open: a removed member is not heard', async () => {
    const [ann, ben, cid] = await trio();
    const { body } = await cid.seal(utf8('I am still here'));
    const staged = await ann.commit({ remove: [cid.ownLeaf] });
    const { group } = await openCommit(ben, commitEntry(ben.epoch, staged));
    for (const member of [group, staged.group]) {
      expect(await refusal(() => openMessage(member, body, cid.epoch))).toBe('epoch-gone');
    }
  });

  test('does not open under another epoch, kind or group', async () => {
    const [ann, ben] = await pair();
    const { body } = await ann.seal(utf8('hello'));
    const epoch = ben.epoch;
    const asCommit = () => ben.open({ kind: 'commit', epoch, body }, anyCommit);
    expect(await refusal(() => openMessage(ben, body, epoch + 1))).toBe('wrong-epoch');
    expect(await refusal(asCommit)).toBe('cannot-open');
    const [, stranger] = await pair();
    expect(await refusal(() => openMessage(stranger, body))).toBe('cannot-open');
  });

  test('that is skipped opens later, once, and leaves no ratchet secret behind', async () => {
    const [ann, ben] = await pair();
    const one = await ann.seal(utf8('1'));
    const two = await one.group.seal(utf8('2'));
    const three = await two.group.seal(utf8('3'));
    const { group: atTwo } = await openMessage(ben, one.body);
    // Ann's ratchet now stands at the second message's generation.
    const secret = ratchetOf(stateOf(atTwo), ann.ownLeaf).secret;
    const { group: after } = await openMessage(atTwo, three.body);
    const holds = (group: Group) =>
      [...recordsOf(group).values()].some((one) => contains(one, secret));
    expect(secret).toHaveLength(32);
    expect([holds(atTwo), holds(after)]).toEqual([true, false]);
    const late = await openMessage(restored(engine, after), two.body);
    expect(late.plaintext).toEqual(utf8('2'));
    for (const again of [late.group, restored(engine, late.group)]) {
      expect(await refusal(() => openMessage(again, two.body))).toBe('replayed');
    }
  });
});

describe('a removed member', () => {
  async function removal(): Promise<{ before: Group; after: Group; staged: StagedCommit }> {
    const groups = await trio();
    const before = groups[1];
    const { groups: later, staged } = await follow(groups, 0, { remove: [1] });
    return { before, after: later[1] as Group, staged };
  }

  test('opens nothing afterwards, with its old state neither', async () => {
    const { before, after, staged } = await removal();
    const { body } = await staged.group.seal(utf8('after'));
    const update = await staged.group.commit({});
    const entry = commitEntry(staged.group.epoch, update);
    expect(after.active).toBe(false);
    for (const epoch of [before.epoch, staged.group.epoch]) {
      expect(await refusal(() => openMessage(after, body, epoch))).toBe('removed');
      expect(await refusal(() => openMessage(before, body, epoch))).toMatch(
        /^(cannot-open|wrong-epoch)$/,
      );
    }
    expect(await refusal(() => openCommit(before, entry))).toBe('wrong-epoch');
    expect(await refusal(() => openCommit(before, { ...entry, epoch: before.epoch }))).toBe(
      'cannot-open',
    );
    expect(await refusal(() => after.seal(utf8('still here')))).toBe('removed');
    expect(await refusal(() => after.export('x', utf8(''), 32))).toBe('removed');
  });

  test('stays removed when restored', async () => {
    const { after } = await removal();
    const again = restored(engine, after);
    expect(again.active).toBe(false);
    expect(await refusal(() => again.commit({}))).toBe('removed');
  });

  test('comes back with the same signature key in the Commit that removes its old leaf', async () => {
    const groups = await trio();
    const privateKey = Uint8Array.from({ length: 32 }, () => 5);
    const signatureKey = {
      publicKey: await webPrimitives.ed25519.publicKey(privateKey),
      privateKey,
    };
    const again = () =>
      engine.keyPackage({ credential: utf8('dan'), signatureKey, notBefore: 0, notAfter: 4e9 });
    const first = await again();
    const { groups: four, staged } = await follow(groups, 0, { add: [first.keyPackage] });
    const dan = await engine.join(staged.welcome as Uint8Array, first);
    const second = await again();
    const { keyPackage } = second;
    expect(await refusal(() => (four[0] as Group).commit({ add: [keyPackage] }))).toBe(
      'duplicate-key',
    );
    const { groups: after, staged: healed } = await follow([...four, dan], 1, {
      add: [keyPackage],
      remove: [dan.ownLeaf],
    });
    const back = await engine.join(healed.welcome as Uint8Array, second);
    expect(after.at(-1)?.active).toBe(false);
    expect(back.epochAuthenticator).toEqual(after[0]?.epochAuthenticator);
  });
});

describe('disposing', () => {
  test('ends a group and leaves its successors whole', async () => {
    const [ann, ben] = await pair();
    const staged = await ann.commit({});
    const { body } = await ben.seal(utf8('old epoch'));
    const sealed = await ann.seal(utf8('hi'));
    ann.dispose([sealed.group, staged.group]);
    expect(await refusal(() => ann.seal(utf8('x')))).toBe('disposed');
    expect((await openMessage(staged.group, body, ben.epoch)).plaintext).toEqual(utf8('old epoch'));
    expect((await openMessage(ben, sealed.body)).plaintext).toEqual(utf8('hi'));
    const { group } = await openCommit(ben, commitEntry(ben.epoch, staged));
    expect(group.epochAuthenticator).toEqual(staged.group.epochAuthenticator);
  });
});
