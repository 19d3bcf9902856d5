/**
 * Forward secrecy: what must be gone is in no record that is stored and in no memory that is reachable. The secrets
 * are those that the member itself derived, written down as it went.
 */

import { EMPTY, utf8 } from '@polynya/crypto/bytes';
import { describe, expect, test } from 'vitest';
import { deriveTreeSecret, expandWithLabel } from '../../crypto/labels.ts';
import type { GroupState } from '../../group/state.ts';
import { environmentOf, OwnEngine } from '../peers/own.ts';
import { identityOf } from '../peers/peer.ts';
import { recordsOf, suite } from './attack.ts';
import { needleOf, Recorder, tracesIn, tracesInMemory } from './traces.ts';

const others = new OwnEngine(environmentOf(suite));
const stored = (state: GroupState): string => [...recordsOf(state).values()].join('/');

/** Ann's group of three, in which Ben alone is recorded. */
async function pairWith(recorder: Recorder) {
  const ann = await others.newcomer(identityOf(1));
  recorder.phase = 'KeyPackage';
  const ben = await new OwnEngine(recorder.environment(suite)).newcomer(identityOf(2));
  const cid = await others.newcomer(identityOf(3));
  const group = await ann.create(utf8('forward secrecy'));
  const { welcome } = await group.add([ben.keyPackage, cid.keyPackage]);
  recorder.phase = 'epoch 1';
  return { ann: group, ben: await ben.join(welcome), init: ben.own.init.privateKey };
}

/** The secrets of a sender's ratchet, from the root of a secret tree of four leaves on. */
function ratchetSecrets(root: Uint8Array, leaf: number, generations: number) {
  const derived = (secret: Uint8Array, label: string, context: Uint8Array) =>
    expandWithLabel(suite, secret, label, context, suite.hash.size);
  const gone = new Map<string, string>([[needleOf(root), 'root']]);
  let node = root;
  for (const bit of [2, 1]) {
    node = derived(node, 'tree', utf8(leaf & bit ? 'right' : 'left'));
    gone.set(needleOf(node), `node above leaf ${leaf}`);
  }
  let secret = derived(node, 'application', EMPTY);
  const keys: [key: string, nonce: string][] = [];
  for (let generation = 0; generation < generations; generation++) {
    gone.set(needleOf(secret), `ratchet secret ${generation}`);
    const key = deriveTreeSecret(suite, secret, 'key', generation, suite.aead.keySize);
    const nonce = deriveTreeSecret(suite, secret, 'nonce', generation, 12);
    keys.push([needleOf(key), needleOf(nonce)]);
    secret = deriveTreeSecret(suite, secret, 'secret', generation, suite.hash.size);
  }
  return { gone, keys, next: needleOf(secret) };
}

test('what is held is found, in the store and in memory', async () => {
  const { ben } = await pairWith(new Recorder());
  for (const secret of [ben.state.secrets.exporterSecret, ben.state.senderDataSecret]) {
    const held = new Map([[needleOf(secret), 'held']]);
    expect(tracesIn(stored(ben.state), held)).toEqual(['held']);
    expect(await tracesInMemory(held)).toEqual(['held']);
  }
});

test('of a sender whose message was withheld, only the key of that message is kept', async () => {
  const life = async () => {
    const { ann, ben } = await pairWith(new Recorder());
    const { root } = ben.state.secretTree;
    if (!(root instanceof Uint8Array)) throw new Error('nothing was expected to be derived yet');
    const { gone, keys, next } = ratchetSecrets(root, 0, 6);
    const messages: Uint8Array[] = [];
    for (let at = 0; at < 6; at++) messages.push(await ann.seal(utf8(`message ${at}`)));
    const [withheld = EMPTY, ...rest] = messages;
    for (const message of rest) await ben.open(message);
    for (const [generation, [key, nonce]] of keys.entries()) {
      if (generation === 0) continue;
      gone.set(key, `key ${generation}`).set(nonce, `nonce ${generation}`);
    }
    return { ben, gone, kept: keys[0] ?? [], next, withheld };
  };
  const { ben, gone, kept, next, withheld } = await life();
  expect(tracesIn(stored(ben.state), gone)).toEqual([]);
  expect(await tracesInMemory(gone)).toEqual([]);
  const held = new Map([...kept, next].map((needle) => [needle, 'held']));
  expect(tracesIn(stored(ben.state), held)).toEqual(['held', 'held', 'held']);
  expect(await ben.open(withheld)).toEqual(utf8('message 0'));
  const used = new Map(kept.map((needle) => [needle, 'a used key']));
  expect(tracesIn(stored(ben.state), used)).toEqual([]);
  expect(await tracesInMemory(used)).toEqual([]);
});

test('an own message’s key and ratchet secret are gone once it is sealed', async () => {
  const life = async () => {
    const { ben } = await pairWith(new Recorder());
    const { root } = ben.state.secretTree;
    if (!(root instanceof Uint8Array)) throw new Error('nothing was expected to be derived yet');
    const { gone, keys } = ratchetSecrets(root, 1, 3);
    for (const [key, nonce] of keys) gone.set(key, 'key').set(nonce, 'nonce');
    for (let at = 0; at < 3; at++) await ben.seal(utf8('own'));
    return { ben, gone };
  };
  const { ben, gone } = await life();
  expect(tracesIn(stored(ben.state), gone)).toEqual([]);
  expect(await tracesInMemory(gone)).toEqual([]);
  expect(ben.state.ownLeaf).toBe(1);
});

test('the init key is gone with the joining, the leaf key with the first own Commit', async () => {
  const recorder = new Recorder();
  const life = async () => {
    const { ann, ben, init } = await pairWith(recorder);
    const gone = new Map([[needleOf(init), 'init key']]);
    const before = tracesIn(stored(ben.state), gone);
    await ann.process(await ben.update());
    return { ben, before };
  };
  const { ben, before } = await life();
  expect(before).toEqual([]);
  const made = recorder.of('KeyPackage');
  expect(made.size).toBeGreaterThan(3);
  // The seed of its signature key was drawn then too, and stays.
  made.delete(needleOf(ben.state.signaturePrivateKey));
  expect(tracesIn(stored(ben.state), made)).toEqual([]);
  expect(await tracesInMemory(made)).toEqual([]);
});

describe('when the epochs that are kept have passed', () => {
  const life = async (recorder: Recorder) => {
    const { ann, ben } = await pairWith(recorder);
    const texts: Uint8Array[] = [];
    for (let epoch = 1; epoch <= 6; epoch++) {
      recorder.phase = `epoch ${epoch}`;
      texts.push(await ann.seal(utf8(`in ${epoch}`)));
      await ben.open(texts.at(-1) ?? EMPTY);
      await ann.open(await ben.seal(utf8(`also in ${epoch}`)));
      if (epoch === 6) break;
      recorder.phase = `epoch ${epoch + 1}`;
      // Both renew their keys in turn; the last is Ben.
      if (epoch % 2 === 0) await ben.process(await ann.update());
      else await ann.process(await ben.update());
    }
    return ben;
  };

  test('nothing that was derived in the epochs before is left', async () => {
    const recorder = new Recorder();
    const ben = await life(recorder);
    expect(await ben.epoch()).toBe(6);
    const old = new Map([...recorder.of('epoch 1'), ...recorder.of('epoch 2')]);
    expect(old.size).toBeGreaterThan(50);
    expect(tracesIn(stored(ben.state), old)).toEqual([]);
    expect(await tracesInMemory(old)).toEqual([]);
    const present = tracesIn(stored(ben.state), recorder.of('epoch 6'));
    expect(present.length).toBeGreaterThan(5);
  });

  test('of an epoch that is over, nothing from which the next one could be derived', async () => {
    const recorder = new Recorder();
    const ben = await life(recorder);
    const kept = new Set(
      ben.state.past.flatMap(({ senderDataSecret, resumptionPsk, secretTree }) => [
        needleOf(senderDataSecret),
        needleOf(resumptionPsk),
        ...treeNeedles(secretTree.root),
      ]),
    );
    const privateKeys = [...ben.state.privatePath.values()].map(({ privateKey }) => privateKey);
    for (const key of privateKeys) kept.add(needleOf(key));
    for (const epoch of [3, 4, 5]) {
      const ended = recorder.of(`epoch ${epoch}`);
      for (const needle of kept) ended.delete(needle);
      expect(tracesIn(stored(ben.state), ended)).toEqual([]);
    }
  });
});

test('a Commit leaves its maker neither path secrets nor what the newcomers were told', async () => {
  const recorder = new Recorder();
  const life = async () => {
    const { ben } = await pairWith(recorder);
    const guest = await others.newcomer(identityOf(7));
    recorder.phase = 'commit';
    await ben.add([guest.keyPackage]);
    return ben;
  };
  const ben = await life();
  const { state } = ben;
  const allowed = [
    ...Object.values(state.secrets),
    state.senderDataSecret,
    state.resumptionPsk,
    state.confirmationTag,
    ...[...state.privatePath.values()].map(({ privateKey }) => privateKey),
  ].map(needleOf);
  const made = recorder.of('commit');
  for (const needle of [...allowed, ...treeNeedles(state.secretTree.root)]) made.delete(needle);
  for (const { secretTree } of state.past) {
    for (const needle of treeNeedles(secretTree.root)) made.delete(needle);
  }
  expect(made.size).toBeGreaterThan(20);
  expect(tracesIn(stored(state), made)).toEqual([]);
  expect(await tracesInMemory(made)).toEqual([]);
});

/** What a secret tree holds at the ends of its branches: secrets, ratchets, and keys of skipped messages. */
function treeNeedles(node: GroupState['secretTree']['root']): string[] {
  if (node instanceof Uint8Array) return [needleOf(node)];
  if ('left' in node) return [...treeNeedles(node.left), ...treeNeedles(node.right)];
  return [node.handshake, node.application].flatMap(({ secret, skipped }) => [
    needleOf(secret),
    ...[...skipped.values()].flatMap(({ key, nonce }) => [needleOf(key), needleOf(nonce)]),
  ]);
}
