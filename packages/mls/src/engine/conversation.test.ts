/** Groups of two, three and eight talking, committing, joining and leaving, on the real suite. */
import { describe, expect, test } from 'vitest';
import type { Group } from '../engine.ts';
import { assemble, follow, openMessage, person, rehearsalEngine, utf8 } from './rehearsal.ts';

const engine = rehearsalEngine();

async function agree(groups: readonly Group[]): Promise<void> {
  const [first, ...others] = groups;
  const secret = await first?.export('polynya capability', new Uint8Array(), 32);
  expect(secret).toHaveLength(32);
  for (const other of others) {
    expect(other.epoch).toBe(first?.epoch);
    expect(other.epochAuthenticator).toEqual(first?.epochAuthenticator);
    expect(other.members).toEqual(first?.members);
    expect(await other.export('polynya capability', new Uint8Array(), 32)).toEqual(secret);
  }
}

describe.each([2, 3, 8])('a group of %i', (size) => {
  const names = Array.from({ length: size }, (_, at) => `member ${at}`);

  test('agrees, and everyone reads what each one says and sees who said it', async () => {
    let groups = await assemble(engine, names);
    await agree(groups);
    for (let from = 0; from < size; from += 1) {
      const sealed = await (groups[from] as Group).seal(utf8(`from ${from}`));
      groups = await Promise.all(
        groups.map(async (group, at) => {
          if (at === from) return sealed.group;
          const opened = await openMessage(group, sealed.body);
          expect(opened.plaintext).toEqual(utf8(`from ${from}`));
          expect(opened.sender.leaf).toBe(from);
          expect(opened.sender.credential).toEqual(utf8(`member ${from}`));
          return opened.group;
        }),
      );
    }
  });

  test('follows updates of every member, and an addition and a removal in one Commit', async () => {
    let groups = await assemble(engine, names);
    for (let by = 0; by < size; by += 1) {
      ({ groups } = await follow(groups, by, {}));
      await agree(groups);
    }
    const newcomer = await person(engine, 'newcomer');
    const gone = groups.at(-1)?.ownLeaf as number;
    const { groups: after, staged } = await follow(groups, 0, {
      add: [newcomer.keyPackage],
      remove: [gone],
    });
    expect(staged.closes).toBe(true);
    const joined = await engine.join(staged.welcome as Uint8Array, newcomer);
    expect(after.at(-1)?.active).toBe(false);
    await agree([...after.slice(0, -1), joined]);
  });
});
