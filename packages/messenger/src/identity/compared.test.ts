import { expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { comparedAs, comparedSaved, loadCompared } from './compared.ts';

const [anna, boris, other] = ['a1', 'b2', 'c3'].map((two) => two.repeat(16)) as [
  string,
  string,
  string,
];
const [phone, laptop] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

it('with whom it was compared is known over a restart, with the devices that they had', async () => {
  const store = await openSqliteStore(':memory:');
  await store.apply([comparedSaved(anna, [phone, laptop]), comparedSaved(boris, [])]);
  const known = await loadCompared(store);
  expect(comparedAs(known, anna, [laptop], [anna])).toBe('same');
  expect(comparedAs(known, boris, [phone], [])).toBeNull();
  await store.close();
});

it('a device that came since is told, one that went is not', () => {
  const known = new Map([[anna, ['01'.repeat(32)]]]);
  expect(comparedAs(known, anna, [phone], [])).toBe('same');
  expect(comparedAs(known, anna, [], [])).toBe('same');
  expect(comparedAs(known, anna, [phone, laptop], [])).toBe('new-device');
});

it('who only is called like somebody with whom it was compared is told, until that was looked at', () => {
  const known = new Map([[anna, ['01'.repeat(32)]]]);
  expect(comparedAs(known, other, [laptop], [anna, other])).toBe('namesake');
  expect(comparedAs(known, other, [laptop], [boris, other])).toBeNull();
  known.set(other, []);
  expect(comparedAs(known, other, [laptop], [anna, other])).toBeNull();
});
