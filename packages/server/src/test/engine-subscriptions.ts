/** Push subscriptions as they are kept, as tests that each engine runs. */
import { expect, test } from 'vitest';
import { type StoredSubscription, SUBSCRIPTIONS } from '../engine/engine.ts';
import { HOUR } from './contract-figures.ts';
import { EngineStand, type OpenEngine } from './engine-stand.ts';
import { id, refused, secret } from './ids.ts';

const plain = (found: readonly StoredSubscription[]) =>
  found.map(({ id, epoch, until, sealed }) => [
    Buffer.from(id).toString('hex'),
    ...[epoch, until, Buffer.from(sealed).toString('hex')],
  ]);

export function engineSubscriptions(name: string, open: OpenEngine): void {
  test(`push subscriptions in ${name} are a log's, replaced by id, sealed anew only where nobody did, and end`, async () => {
    const stand = await EngineStand.open(open);
    const { engine } = stand;
    try {
      const { log, access } = await stand.newLog();
      const other = await stand.newLog();
      const until = Math.floor(stand.now / HOUR) + 2;
      const row = { id: id(), epoch: 0, until, sealed: secret() };
      await engine.subscribe(log, access, { ...row, sealed: secret() });
      await engine.subscribe(log, access, row);
      await engine.subscribe(other.log, other.access, { ...row, until: until - 1 });
      expect(plain(await engine.subscriptions(log))).toEqual(plain([row]));

      const anew = { ...row, epoch: 1, sealed: secret() };
      await engine.reseal(log, 0, anew);
      await engine.reseal(log, 0, { ...anew, sealed: secret() });
      expect(plain(await engine.subscriptions(log))).toEqual(plain([anew]));

      stand.now += HOUR;
      expect(await engine.subscriptions(other.log)).toEqual([]);
      await stand.retain({ now: Math.floor(stand.now / HOUR) });
      expect((await engine.census()).find(({ table }) => table === 'subscription')?.rows).toBe(1);

      await engine.unsubscribe(log, [id(), row.id]);
      expect(await engine.subscriptions(log)).toEqual([]);

      await stand.commit(log, 0, true);
      const late = engine.subscribe(log, access, row);
      await expect(late).rejects.toMatchObject(refused('forbidden'));
    } finally {
      await engine.close();
    }
  });

  test(`a log in ${name} takes only so many push subscriptions`, async () => {
    const stand = await EngineStand.open(open);
    const { engine } = stand;
    try {
      const { log, access } = await stand.newLog();
      const until = Math.floor(stand.now / HOUR) + 2;
      const rows = Array.from({ length: SUBSCRIPTIONS }, () => ({
        ...{ id: id(), epoch: 0, until, sealed: secret() },
      }));
      await Promise.all(rows.map((row) => engine.subscribe(log, access, row)));
      const more = engine.subscribe(log, access, { id: id(), epoch: 0, until, sealed: secret() });
      await expect(more).rejects.toMatchObject(refused('too-big'));
      expect(await engine.subscriptions(log)).toHaveLength(SUBSCRIPTIONS);
    } finally {
      await engine.close();
    }
  });
}
