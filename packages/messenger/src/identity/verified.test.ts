import { expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { setVerified, verified } from './verified.ts';

it('who was verified is not any more when the number became another one, and is told apart from others', async () => {
  const store = await openSqliteStore(':memory:');
  const [root, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const [anna, boris] = ['a1'.repeat(16), 'b2'.repeat(16)];
  await setVerified(store, anna, root);
  await setVerified(store, boris, other);
  expect(await verified(store, root)).toEqual([anna]);
  expect(await verified(store, other)).toEqual([boris]);
  await setVerified(store, anna, null);
  expect(await verified(store, root)).toEqual([]);
  await store.close();
});
