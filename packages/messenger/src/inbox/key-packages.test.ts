/** How long KeyPackages and what goes with them are kept. */
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { systemRandom } from '@polynya/reach/clock';
import { expect, test } from 'vitest';
import { authenticationService } from '../identity/authentication-service.ts';
import { Self } from '../identity/self.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import {
  expiredKeyPackages,
  findKeyPackage,
  keyPackageSaved,
  makeKeyPackage,
} from './key-packages.ts';

const DAY = 86_400_000;

test('the keys of a KeyPackage that nobody can take any more are erased, a last resort’s too', async () => {
  const now = Date.now();
  const engine = makeEngine({
    authentication: authenticationService,
    now: () => Math.floor(now / 1_000),
  });
  const self = await Self.create(systemRandom, 'Anna');
  const store = await openSqliteStore(':memory:');
  const kept = async (at: number) => {
    const own = await makeKeyPackage(engine, self, at, true);
    await store.apply([keyPackageSaved(own, true, at)]);
    return async () => (await findKeyPackage(store, own.ref)) !== null;
  };
  const old = await kept(now - 30 * DAY);
  const justExpired = await kept(now - 28.5 * DAY);
  const young = await kept(now);
  await store.apply(await expiredKeyPackages(store, now));
  expect([await old(), await justExpired(), await young()]).toEqual([false, true, true]);
  await store.close();
});
