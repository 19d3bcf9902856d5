/** Groups as they are stored: in small records, of which each step changes few. */
import { expect, test } from 'vitest';
import type { Group } from '../engine.ts';
import {
  assemble,
  follow,
  openMessage,
  recordsOf,
  refusal,
  rehearsalEngine,
  restored,
  stored,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();
const pair = async () => (await assemble(engine, ['ann', 'ben'])) as [Group, Group];

test('a message changes one record, and none of the tree', async () => {
  let [ann, ben] = await pair();
  for (let round = 0; round < 2; round += 1) {
    const { group, body } = await ann.seal(utf8('hi'));
    const opened = await openMessage(ben, body);
    const changed = [group.changesSince(ann), opened.group.changesSince(ben)];
    [ann, ben] = [group, opened.group];
    // The first expands the secret tree towards the sender.
    if (round > 0) expect(changed.map(({ length }) => length)).toEqual([1, 1]);
  }
});

test('a Commit changes the path of its committer, not the tree', async () => {
  const groups = await assemble(
    engine,
    Array.from({ length: 16 }, (_, at) => `${at}`),
  );
  const { groups: after } = await follow(groups, 3, {});
  for (const [at, group] of after.entries()) {
    const changes = group.changesSince(groups[at] as Group);
    const nodes = changes.filter(({ name }) => name.startsWith('node/'));
    expect(nodes).toHaveLength(5);
    expect(changes.length).toBeLessThan(20);
  }
});

test('changes upon changes lead to the records of the last group', async () => {
  let groups = await assemble(engine, ['ann', 'ben', 'cid', 'dan', 'eve']);
  let [, ben] = groups as [Group, Group];
  let records = recordsOf(ben);
  for (const change of [{}, { remove: [4] }, {}, { remove: [3] }, {}, {}]) {
    const { body } = await (groups[0] as Group).seal(utf8('between'));
    const opened = await openMessage(ben, body);
    const { groups: after } = await follow([groups[0] as Group, opened.group], 0, change);
    const next = after[1] as Group;
    records = stored(records, next.changesSince(ben));
    expect(new Map([...records].sort())).toEqual(new Map([...recordsOf(next)].sort()));
    groups = after;
    ben = next;
  }
});

test('a staged group is stored as what differs from the present one, and restored with it', async () => {
  const [ann, ben] = await pair();
  const { group: staged, current, body } = await ann.commit({});
  const overlay = staged.changesSince(current);
  expect(recordsOf(engine.restore(stored(recordsOf(current), overlay)))).toEqual(recordsOf(staged));
  // Messages that come meanwhile change the present group alone; the overlay still fits.
  const opened = await openMessage(current, (await ben.seal(utf8('meanwhile'))).body);
  const adopted = engine.restore(stored(recordsOf(opened.group), overlay));
  expect(adopted.epochAuthenticator).toEqual(staged.epochAuthenticator);
  expect(body).not.toHaveLength(0);
});

test('a restored group is the same group', async () => {
  const { groups } = await follow(await pair(), 1, {});
  for (const group of groups) {
    const again = restored(engine, group);
    expect(recordsOf(again)).toEqual(recordsOf(group));
    expect(again.changesSince(group)).toEqual([]);
    expect(again.members).toEqual(group.members);
    expect(again.ownLeaf).toBe(group.ownLeaf);
    expect(again.id).toEqual(group.id);
    expect(again.epochAuthenticator).toEqual(group.epochAuthenticator);
  }
});

test('records of another version are refused as such, as are those of no version; missing ones are malformed', async () => {
  const records = recordsOf((await pair())[0]);
  const head = records.get('head') as Uint8Array;
  const other = new Map(records).set('head', Uint8Array.of(0, 99, ...head.subarray(2)));
  expect(await refusal(() => engine.restore(other))).toBe('other-version');
  for (const name of records.keys()) {
    const fewer = new Map([...records].filter(([one]) => one !== name));
    const code = await refusal(() => engine.restore(fewer));
    if (!name.startsWith('node/')) {
      expect(code).toBe(name === 'head' ? 'other-version' : 'malformed');
    }
  }
  expect(await refusal(() => engine.restore(new Map()))).toBe('other-version');
});

test('changing the bytes it was restored from does not change a group', async () => {
  const [ann, ben] = await pair();
  const records = new Map([...recordsOf(ben)].map(([name, value]) => [name, value.slice()]));
  const again = engine.restore(records);
  for (const value of records.values()) value.fill(0);
  expect((await openMessage(again, (await ann.seal(utf8('x'))).body)).plaintext).toHaveLength(1);
});
