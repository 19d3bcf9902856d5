/** Invites to the server, of the host and granted (docs/protocol.md, section 4), as tests that each engine runs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { COUNTERS, HOUR } from './contract-figures.ts';
import { EngineStand, type OpenEngine } from './engine-stand.ts';
import { refused, secret } from './ids.ts';

export function engineInvites(name: string, open: OpenEngine): void {
  describe(`invites in the engine ${name}`, () => {
    let stand: EngineStand;
    let engine: Engine;
    beforeEach(async () => {
      stand = await EngineStand.open(open);
      engine = stand.engine;
    });
    afterEach(() => engine.close());

    const { allowance } = new EngineStand();

    test('an invite admits as often as it says, until it expires', async () => {
      const invite = secret('invite');
      const until = stand.now / 1_000 + 7_200;
      const each = { logs: 3, bytes: 4, invites: 5 };
      await engine.invite({ hash: invite, uses: 1, until, tag: secret(), each });
      await engine.admit(invite, allowance);
      expect(await engine.allowance(allowance)).toEqual(COUNTERS);
      const guest = secret();
      await engine.admit(invite, guest);
      expect(await engine.allowance(guest)).toEqual({ ...each, until: 0 });
      await expect(engine.admit(invite, secret())).rejects.toMatchObject(refused('expired'));
      await expect(engine.admit(secret(), secret())).rejects.toMatchObject(refused('not-found'));
      await engine.invite({ hash: invite, uses: 1, until, tag: secret(), each });
      stand.now += 3 * HOUR;
      await expect(engine.admit(invite, secret())).rejects.toMatchObject(refused('expired'));
    });

    test('a short-lived invite admits up to the minute of its end, and is expired the second after', async () => {
      const hash = secret();
      const until = stand.now / 1_000 + 600;
      const granted = { hash, uses: 2, until, tag: secret(), terms: secret() };
      await engine.grant(allowance, granted);
      stand.now += 600_999;
      await engine.admit(hash, secret());
      stand.now += 1;
      await expect(engine.admit(hash, secret())).rejects.toMatchObject(refused('expired'));
    });

    test('an invite for days admits up to the hour of its end: the minute would tell when it was made', async () => {
      const hash = secret();
      const hour = Math.ceil(stand.now / HOUR) + 48;
      const until = hour * 3_600 - 1_234;
      await engine.grant(allowance, { hash, uses: 2, until, tag: secret(), terms: secret() });
      stand.now = hour * HOUR;
      await engine.admit(hash, secret());
      stand.now += 1_000;
      await expect(engine.admit(hash, secret())).rejects.toMatchObject(refused('expired'));
    });

    test('an invite that is late at once is expired and costs nothing, a repeat of one that was granted is not', async () => {
      const left = await engine.allowance(allowance);
      const now = stand.now / 1_000;
      for (const until of [0, 5, now - 1]) {
        const late = { hash: secret(), uses: 1, until, tag: secret(), terms: secret() };
        await expect(engine.grant(allowance, late)).rejects.toMatchObject(refused('expired'));
        await expect(engine.admit(late.hash, secret())).rejects.toMatchObject(refused('not-found'));
      }
      expect(await engine.allowance(allowance)).toEqual(left);
      const granted = { hash: secret(), uses: 1, until: now, tag: secret(), terms: secret() };
      await engine.grant(allowance, granted);
      stand.now += HOUR;
      await engine.grant(allowance, granted);
    });

    test('a known invite on other terms exists, also when it is partly used', async () => {
      const until = stand.now / 1_000 + 600;
      const granted = { hash: secret(), uses: 2, until, tag: secret(), terms: secret() };
      await engine.grant(allowance, granted);
      await engine.admit(granted.hash, secret());
      const left = await engine.allowance(allowance);
      const other = { ...granted, uses: 3, terms: secret() };
      await expect(engine.grant(allowance, other)).rejects.toMatchObject(refused('exists'));
      await engine.grant(allowance, granted);
      expect(await engine.allowance(allowance)).toEqual(left);
      const host = { ...granted, hash: stand.invite };
      await expect(engine.grant(allowance, host)).rejects.toMatchObject(refused('exists'));
    });

    test('a granted invite carries a part of its granter, who gets back what is withdrawn unused', async () => {
      const hash = secret();
      const until = stand.now / 1_000 + 3_600;
      const granted = { hash, uses: 2, until, tag: secret(), terms: secret() };
      await engine.grant(allowance, granted);
      await engine.grant(allowance, granted);
      // A ninth of 100 is 8 as a power of two; of 200 million it is 16 MiB, and so is the least.
      const each = { logs: 8, bytes: 16_777_216, invites: 8 };
      const left = { logs: 84, bytes: COUNTERS.bytes - 2 * each.bytes, invites: 82, until: 0 };
      expect(await engine.allowance(allowance)).toEqual(left);
      const guest = secret();
      await engine.admit(hash, guest);
      expect(await engine.allowance(guest)).toEqual({ ...each, until: 0 });
      expect(await engine.allowance(allowance)).toEqual(left);

      const poor = { ...granted, hash: secret() };
      await expect(engine.grant(guest, poor)).rejects.toMatchObject(refused('quota'));
      expect(await engine.allowance(guest)).toEqual({ ...each, until: 0 });
      await expect(engine.admit(poor.hash, secret())).rejects.toMatchObject(refused('not-found'));

      for (const [unknown, tag] of [
        [hash, secret()],
        [secret(), granted.tag],
      ] as const) {
        const attempt = engine.withdraw(allowance, unknown, tag);
        await expect(attempt).rejects.toMatchObject(refused('not-found'));
      }
      expect(await engine.allowance(allowance)).toEqual(left);
      stand.now += 30 * HOUR;
      await stand.retain({ entriesSince: stand.now / HOUR - 48 });
      await engine.withdraw(allowance, hash, granted.tag);
      const again = engine.withdraw(allowance, hash, granted.tag);
      await expect(again).rejects.toMatchObject(refused('not-found'));
      const back = { logs: 92, bytes: left.bytes + each.bytes, invites: 91, until: 0 };
      expect(await engine.allowance(allowance)).toEqual(back);
    });

    test('a late invite can be withdrawn as long as entries of its hour are kept', async () => {
      const until = stand.now / 1_000 + 1_800;
      const [one, other] = [secret(), secret()].map((hash) => ({
        ...{ hash, uses: 1, until, tag: secret(), terms: secret() },
      }));
      if (!one || !other) throw new Error('no invites');
      for (const granted of [one, other]) await engine.grant(allowance, granted);
      const hour = stand.now / HOUR;
      stand.now += 5 * HOUR;
      await stand.retain({ entriesSince: hour });
      await engine.withdraw(allowance, one.hash, one.tag);
      await stand.retain({ entriesSince: hour + 1 });
      const late = engine.withdraw(allowance, other.hash, other.tag);
      await expect(late).rejects.toMatchObject(refused('not-found'));
    });
  });
}
