import { expect, test } from 'vitest';
import { assemble, follow, person, rehearsalEngine } from './rehearsal.ts';

const engine = rehearsalEngine();

test('a tree is taken in which members added under the same node are unmerged (RFC 9420 section 7.9)', async () => {
  let groups = await assemble(engine, ['0', '1', '2', '3', '4', '5', '6']);
  ({ groups } = await follow(groups, 0, { remove: [5] }));
  groups.splice(5, 1);
  // Leaf 4 fills the nodes above leaves 4 to 7; then two come under them by another's Commit.
  ({ groups } = await follow(groups, 4, {}));
  const newcomers = await Promise.all(['7', '8'].map((name) => person(engine, name)));
  const add = newcomers.map(({ keyPackage }) => keyPackage);
  const { groups: after, staged } = await follow(groups, 0, { add });
  for (const own of newcomers) {
    const joined = await engine.join(staged.welcome as Uint8Array, own);
    expect(joined.epochAuthenticator).toEqual(after[0]?.epochAuthenticator);
  }
});
