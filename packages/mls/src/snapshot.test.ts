/** Snapshots: small per message, whole per epoch, and strict. */
import { expect, test } from 'vitest';
import type { Group } from './engine.ts';
import { assemble, follow, openMessage, refusal, rehearsalEngine, utf8 } from './rehearsal.ts';

const engine = await rehearsalEngine();
const pair = async () => (await assemble(engine, ['ann', 'ben'])) as [Group, Group];

test('the tree part is the same object while the epoch lasts, the rest moves', async () => {
  const [ann, ben] = await pair();
  const { group: annLater, body } = await ann.seal(utf8('hi'));
  const { group: benLater } = await openMessage(ben, body);
  expect(annLater.snapshot().tree).toBe(ann.snapshot().tree);
  expect(benLater.snapshot().tree).toBe(ben.snapshot().tree);
  expect(annLater.snapshot().rest).not.toEqual(ann.snapshot().rest);
  const { groups } = await follow([ann, ben], 0, {});
  expect(groups[1]?.snapshot().tree).not.toEqual(ben.snapshot().tree);
});

test('a restored group is the same group', async () => {
  const { groups } = await follow(await pair(), 1, {});
  for (const group of groups) {
    const restored = engine.restore(group.snapshot());
    expect(restored.snapshot()).toEqual(group.snapshot());
    expect(restored.members).toEqual(group.members);
    expect(restored.ownLeaf).toBe(group.ownLeaf);
    expect(restored.id).toEqual(group.id);
    expect(restored.epochAuthenticator).toEqual(group.epochAuthenticator);
  }
});

test('parts of different epochs are refused', async () => {
  const groups = await pair();
  const { groups: later } = await follow(groups, 0, {});
  const { tree } = (later[1] as Group).snapshot();
  const { rest } = groups[1].snapshot();
  expect(await refusal(() => engine.restore({ tree, rest }))).toBe('malformed');
});

test('parts of different groups are refused, at the same epoch too', async () => {
  const [{ tree }, { rest }] = [(await pair())[1].snapshot(), (await pair())[1].snapshot()];
  expect(await refusal(() => engine.restore({ tree, rest }))).toBe('malformed');
});

test('a snapshot of another version is refused', async () => {
  const { tree, rest } = (await pair())[0].snapshot();
  const other = Uint8Array.of(99, ...tree.subarray(1));
  expect(await refusal(() => engine.restore({ tree: other, rest }))).toBe('malformed');
});

test('changing the bytes it was restored from does not change a group', async () => {
  const [ann, ben] = await pair();
  const { tree, rest } = ben.snapshot();
  const copy = { tree: tree.slice(), rest: rest.slice() };
  const restored = engine.restore(copy);
  copy.tree.fill(0);
  copy.rest.fill(0);
  expect((await openMessage(restored, (await ann.seal(utf8('x'))).body)).plaintext).toHaveLength(1);
});
