/** What bounds the storage that nobody's allowance is asked for, as tests that each engine runs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { STOCK_BYTES } from '../delivery/inbox-rules.ts';
import type { Access } from '../delivery/log-rules.ts';
import type { Engine } from '../engine/engine.ts';
import { HOUR } from './contract-figures.ts';
import { EngineStand, type OpenEngine } from './engine-stand.ts';
import { entry, hashOf, id, refused, secret } from './ids.ts';

const LOG_BYTES = 40_000;
const DAY = 24 * HOUR;

export function engineBounds(name: string, open: OpenEngine): void {
  describe(`what the engine ${name} stores`, () => {
    let stand: EngineStand;
    let engine: Engine;
    beforeEach(async () => {
      stand = await EngineStand.open(open, LOG_BYTES);
      engine = stand.engine;
    });
    afterEach(() => engine.close());

    const all = async (log: Uint8Array, access: Access) => {
      const { entries, first, head } = await engine.read(log, access, 0, 100_000);
      const bytes = entries.reduce((sum, { body }) => sum + body.length, 0);
      return { seqs: entries.map(({ seq }) => seq), first, head, bytes };
    };

    test('of one log is bounded: its oldest entries make room for new ones', async () => {
      const { log, access } = await stand.newLog();
      for (let i = 0; i < 30; i++) {
        await engine.append(log, access, [entry(0, 'x'.repeat(3_000)), entry(0, 'y')], true);
      }
      const { seqs, first, head, bytes } = await all(log, access);
      expect(head).toBe(60);
      expect(seqs).toEqual(Array.from({ length: 61 - first }, (_, i) => first + i));
      expect(bytes).toBeLessThanOrEqual(LOG_BYTES);
      expect(bytes).toBeGreaterThan(LOG_BYTES / 2);
      expect(await engine.live(log, access)).toMatchObject({ first, head });
    });

    test('of one log is bounded in entries too, however small they are', async () => {
      const { log, access } = await stand.newLog();
      for (let i = 0; i < 30; i++) {
        const batch = Array.from({ length: 16 }, () => entry(0, '.'));
        await engine.append(log, access, batch, true);
      }
      const { seqs } = await all(log, access);
      expect(seqs.length).toBeLessThan(LOG_BYTES / 256);
      expect(seqs.at(-1)).toBe(480);
    });

    test('of one log does not count what retention deleted', async () => {
      const { log, access } = await stand.newLog();
      for (let i = 0; i < 10; i++) {
        await engine.append(log, access, [entry(0, 'x'.repeat(3_000))], true);
      }
      stand.now += 5 * HOUR;
      await stand.retain({ entriesSince: stand.now / HOUR });
      for (let i = 0; i < 10; i++) {
        await engine.append(log, access, [entry(0, 'x'.repeat(3_000))], true);
      }
      expect(await all(log, access)).toMatchObject({ first: 11, head: 20 });
    });

    test('of one log makes room for Commits, and what a closed capability sees stays as it was', async () => {
      const { log, access } = await stand.newLog();
      const [first, next] = [secret(), secret()];
      await stand.commit(log, 0, false, hashOf(first));
      await engine.append(log, access, [entry(0, 'late')], true);
      await stand.commit(log, 1, false);
      await stand.commit(log, 2, true, hashOf(next));
      const before = await engine.open(log, hashOf(first));
      expect(before.state).toMatchObject({ head: 3, upTo: 1 });
      const { access: member } = await engine.open(log, hashOf(next));
      for (let i = 0; i < 20; i++) {
        await engine.append(log, member, [entry(3, 'x'.repeat(3_000))], true);
      }
      const after = await engine.open(log, hashOf(first));
      expect(after.state).toMatchObject({ head: 3, first: 4, upTo: 1 });
      expect(await engine.read(log, after.access, 0, 1_000)).toMatchObject({
        entries: [],
        head: 3,
      });
    });

    describe('in an inbox', () => {
      let log: Uint8Array;
      let owner: Access;
      let token: Uint8Array;
      beforeEach(async () => {
        ({ log, access: owner } = await stand.newLog(1));
        token = secret();
        await engine.allow(log, owner, token, 60);
      });

      /** `count` KeyPackages of the greatest size, none of which was there before. */
      const packages = (count: number) =>
        Array.from({ length: count }, () => {
          const body = new Uint8Array(8_192);
          body.set(secret());
          return body;
        });

      test('waits for so many bytes of KeyPackages in all, and a revoked token gives its back', async () => {
        const tokens = [token];
        for (let stocked = 0; stocked + 32 * 8_192 <= STOCK_BYTES; stocked += 32 * 8_192) {
          const hash = tokens.at(-1) ?? token;
          for (let i = 0; i < 2; i++) {
            await engine.stock(log, owner, { hash, packages: packages(16), last: null });
          }
          tokens.push(secret());
          await engine.allow(log, owner, tokens.at(-1) ?? token, 60);
        }
        const hash = tokens.at(-1) ?? token;
        const more = { hash, packages: packages(1), last: null };
        await expect(engine.stock(log, owner, more)).rejects.toMatchObject(refused('too-big'));
        const last = { hash, packages: [], last: packages(1)[0] ?? token };
        await expect(engine.stock(log, owner, last)).rejects.toMatchObject(refused('too-big'));
        await engine.revoke(log, owner, token);
        await engine.stock(log, owner, more);
        await engine.stock(log, owner, last);
      });

      test('keeps KeyPackages no longer than they live, the last resort neither', async () => {
        const stock = { hash: token, packages: [secret()], last: secret('last') };
        await engine.stock(log, owner, stock);
        const { access: contact } = await engine.open(log, token);
        stand.now += 28 * DAY;
        await stand.retain({});
        expect((await engine.live(log, owner)).low).toEqual([]);
        stand.now += HOUR;
        await engine.stock(log, owner, { hash: token, packages: [secret('fresh')], last: null });
        await stand.retain({});
        expect(await engine.take(log, contact, id())).toEqual({ package: secret('fresh') });
        expect(await engine.take(log, contact, id())).toEqual({ package: null });
        await engine.stock(log, owner, { hash: token, packages: [], last: secret('last') });
        stand.now += HOUR;
        await stand.retain({});
        expect(await engine.take(log, contact, id())).toEqual({ package: secret('last') });
      });
    });
  });
}
