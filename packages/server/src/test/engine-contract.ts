/** What every engine has to do, as tests. Each engine runs them: `engineContract('name', open)`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine, Retention } from '../engine/engine.ts';
import { COUNTERS, HOUR } from './contract-figures.ts';
import { EngineStand, type OpenEngine } from './engine-stand.ts';
import { entry, hashOf, id, refused, secret } from './ids.ts';

export function engineContract(name: string, open: OpenEngine): void {
  describe(`the engine ${name}`, () => {
    let stand: EngineStand;
    let engine: Engine;
    beforeEach(async () => {
      stand = await EngineStand.open(open);
      engine = stand.engine;
    });
    afterEach(() => engine.close());

    const { allowance } = new EngineStand();
    const newLog = (kind?: number, owner?: Uint8Array) => stand.newLog(kind, owner);
    const retain = (keep: Partial<Retention>) => stand.retain(keep);
    const commit = (...what: Parameters<EngineStand['commit']>) => stand.commit(...what);

    test('a repeated create of the same log is answered and not paid twice', async () => {
      const log = { log: id(), kind: 0, hash: secret(), allowance };
      await engine.create(log);
      await engine.create(log);
      expect(await engine.allowance(allowance)).toEqual({ ...COUNTERS, logs: 99 });
      await expect(engine.create({ ...log, hash: secret() })).rejects.toMatchObject(
        refused('exists'),
      );
      await expect(engine.create({ ...log, kind: 1 })).rejects.toMatchObject(refused('exists'));
    });

    test('an unknown log and a wrong secret are refused alike', async () => {
      const { log } = await newLog();
      const [unknown, wrong] = await Promise.allSettled([
        engine.open(id(), secret()),
        engine.open(log, secret()),
      ]);
      expect(unknown).toEqual(wrong);
      expect(unknown).toMatchObject({ reason: refused('not-found') });
    });

    test('entries come back as they were appended, with dense seqs', async () => {
      const { log, access } = await newLog();
      const batch = [entry(0, 'a'), entry(0, 'b')];
      expect(await engine.append(log, access, batch, true)).toEqual({
        seqs: [1, 2],
        repeated: false,
      });
      expect(await engine.append(log, access, [entry(0, 'c')], true)).toMatchObject({ seqs: [3] });
      const { entries, head, first } = await engine.read(log, access, 1, 10_000);
      expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(entries.slice(0, 2)).toEqual(
        batch.map((one, i) => ({ ...one, seq: i + 1, kind: 0, turn: null })),
      );
      expect({ head, first }).toEqual({ head: 3, first: 1 });
      expect(stand.changes.flatMap((change) => change.entries)).toEqual(entries);
    });

    test('a read stops before `bytes`, but never without an entry', async () => {
      const { log, access } = await newLog();
      await engine.append(log, access, [entry(0, 'x'.repeat(500)), entry(0, 'y')], true);
      expect((await engine.read(log, access, 1, 0)).entries).toHaveLength(1);
      expect((await engine.read(log, access, 1, 10_000)).entries).toHaveLength(2);
      expect((await engine.read(log, access, 3, 10_000)).entries).toHaveLength(0);
    });

    test('a batch with one id of the log among new ones changes nothing', async () => {
      const { log, access } = await newLog();
      const old = entry();
      await engine.append(log, access, [old], true);
      await expect(engine.append(log, access, [entry(), old], true)).rejects.toMatchObject(
        refused('exists'),
      );
      expect((await engine.read(log, access, 1, 10_000)).head).toBe(1);
    });

    test('refusals of a turn leave the other changes of the turn alone', async () => {
      const { log, access } = await newLog();
      const results = await Promise.allSettled([
        engine.append(log, access, [entry()], true),
        engine.append(log, access, [entry(7)], true),
        engine.create({ log: id(), kind: 0, hash: secret(), allowance: secret() }),
        engine.append(log, access, [entry()], true),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect((await engine.read(log, access, 1, 10_000)).head).toBe(2);
    });

    test('of Commits that race for an epoch exactly one wins', async () => {
      const { log } = await newLog();
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => commit(log, 0)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const lost = results.filter((result) => result.status === 'rejected');
      for (const { reason } of lost) expect(reason).toMatchObject(refused('stale'));
    });

    test('each Commit brings a capability, and a hash never opens two epochs', async () => {
      const { log } = await newLog();
      const next = secret();
      await commit(log, 0, false, next);
      expect(await engine.open(log, next)).toMatchObject({ access: { role: 'member', epoch: 1 } });
      await expect(commit(log, 1, false, next)).rejects.toMatchObject(refused('exists'));
    });

    test('a closed capability sees neither later entries nor how far the log went', async () => {
      const { log, access } = await newLog();
      await engine.append(log, access, [entry()], true);
      const next = secret();
      await commit(log, 0, true, next);
      const { access: later } = await engine.open(log, next);
      await engine.append(log, later, [entry(1), entry(1)], true);
      const { entries, head } = await engine.read(log, access, 1, 10_000);
      expect(entries.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(head).toBe(2);
      await expect(engine.live(log, access)).rejects.toMatchObject(refused('forbidden'));
      expect((await engine.live(log, later)).head).toBe(4);
    });

    describe('a closed capability whose epoch went on in entries that came late', () => {
      let log: Uint8Array;
      let owner: Uint8Array;
      beforeEach(async () => {
        owner = secret();
        const made = await newLog(0, owner);
        log = made.log;
        await commit(log, 0);
        await engine.append(log, { role: 'member', epoch: 1 }, [entry(1)], true);
        await engine.append(log, made.access, [entry(0, 'late')], true);
        await commit(log, 1, true, hashOf(secret('closing')));
        await engine.append(log, { role: 'member', epoch: 2 }, [entry(2)], true);
      });

      test('reads only up to the head that `open` reports, from wherever', async () => {
        const { access, state } = await engine.open(log, hashOf(owner));
        expect(state).toMatchObject({ head: 1, first: 1, epoch: 0, upTo: 0 });
        for (let from = 0; from <= 6; from++) {
          const { entries, head } = await engine.read(log, access, from, 10_000);
          expect({ from, head, seqs: entries.map(({ seq }) => seq) }).toEqual({
            from,
            head: 1,
            seqs: from <= 1 ? [1] : [],
          });
        }
      });

      test('is not told how the log goes on by what retention deletes either', async () => {
        stand.now += 5 * HOUR;
        await retain({ entriesSince: stand.now / HOUR });
        const { access, state } = await engine.open(log, hashOf(owner));
        expect(state).toMatchObject({ head: 1, first: 2 });
        const { entries, head, first } = await engine.read(log, access, 0, 10_000);
        expect({ entries, head, first }).toEqual({
          entries: [],
          head: state.head,
          first: state.first,
        });
        const { state: last } = await engine.open(log, hashOf(secret('closing')));
        expect(last).toMatchObject({ head: 5, first: 6 });
      });
    });

    test('an inbox: contacts append, only its owner reads, revoked tokens open nothing', async () => {
      const { log, access: owner } = await newLog(1);
      const token = secret();
      await engine.allow(log, owner, token, 60);
      const { access: contact, state } = await engine.open(log, token);
      expect(state).toMatchObject({ role: 2, head: 0 });
      await engine.append(log, contact, [entry()], true);
      await expect(engine.read(log, contact, 1, 1_000)).rejects.toMatchObject(refused('forbidden'));
      await expect(engine.live(log, contact)).rejects.toMatchObject(refused('forbidden'));
      await expect(engine.append(log, owner, [entry()], true)).rejects.toMatchObject(
        refused('forbidden'),
      );
      await expect(engine.allow(log, contact, secret(), 1)).rejects.toMatchObject(
        refused('forbidden'),
      );
      expect((await engine.read(log, owner, 1, 1_000)).entries).toMatchObject([{ kind: 2 }]);
      await engine.revoke(log, owner, token);
      for (const attempt of [
        () => engine.append(log, contact, [entry()], true),
        () => engine.open(log, token),
        () => engine.take(log, contact, id()),
      ]) {
        await expect(attempt()).rejects.toMatchObject(refused('not-found'));
      }
    });

    test('each KeyPackage is handed out once, also after a repeated stock, then the last again and again', async () => {
      const { log, access: owner } = await newLog(1);
      const token = secret();
      await engine.allow(log, owner, token, 60);
      expect((await engine.live(log, owner)).low).toEqual([token]);
      const packages = [secret('kp 1'), secret('kp 2')];
      const last = secret('last');
      await engine.stock(log, owner, { hash: token, packages, last });
      expect((await engine.live(log, owner)).low).toEqual([]);
      const { access: contact } = await engine.open(log, token);
      const first = id();
      const one = await engine.take(log, contact, first);
      expect(await engine.take(log, contact, first)).toEqual(one);
      await engine.stock(log, owner, { hash: token, packages, last: null });
      const two = await engine.take(log, contact, id());
      expect(new Set([one.package, two.package].map(String))).toEqual(
        new Set(packages.map(String)),
      );
      expect((await engine.live(log, owner)).low).toEqual([token]);
      for (let i = 0; i < 2; i++) {
        expect(await engine.take(log, contact, id())).toEqual({ package: last });
      }
    });

    test('a piece once stored never changes, and what was dropped is gone', async () => {
      const blob = id();
      const [hash, drop] = [secret(), secret()];
      await engine.createBlob({ blob, hash, drop, pieces: 10, allowance });
      await engine.putPiece(blob, hash, 9, secret('nine'));
      await engine.putPiece(blob, hash, 9, secret('nine'));
      await expect(engine.putPiece(blob, hash, 9, secret())).rejects.toMatchObject(
        refused('exists'),
      );
      await expect(engine.putPiece(blob, hash, 10, secret())).rejects.toMatchObject(
        refused('too-big'),
      );
      expect(await engine.statBlob(blob, hash)).toEqual({
        pieces: 10,
        present: Uint8Array.of(0, 2),
      });
      expect(await engine.getPiece(blob, hash, 9)).toEqual(secret('nine'));
      await expect(engine.dropBlob(blob, hash)).rejects.toMatchObject(refused('not-found'));
      await engine.dropBlob(blob, drop);
      for (const attempt of [
        () => engine.getPiece(blob, hash, 9),
        () => engine.statBlob(blob, hash),
      ]) {
        await expect(attempt()).rejects.toMatchObject(refused('not-found'));
      }
    });

    test('an allowance pays for so much and no more; a repeat is free', async () => {
      const blob = { blob: id(), hash: secret(), drop: secret(), pieces: 2_000, allowance };
      await engine.createBlob(blob);
      await engine.createBlob(blob);
      const bytes = COUNTERS.bytes - 2_000 * 65_536;
      expect(await engine.allowance(allowance)).toMatchObject({ bytes });
      const another = { ...blob, blob: id() };
      await expect(engine.createBlob(another)).rejects.toMatchObject(refused('quota'));
      await expect(engine.statBlob(another.blob, blob.hash)).rejects.toMatchObject(
        refused('not-found'),
      );
    });

    test('nothing that is stored is free: not an invite of no uses, not a blob of no pieces', async () => {
      const until = stand.now / 1_000 + 3_600;
      const none = { hash: secret(), uses: 0, until, tag: secret(), terms: secret() };
      await expect(engine.grant(allowance, none)).rejects.toMatchObject(refused('malformed'));
      await expect(engine.admit(none.hash, secret())).rejects.toMatchObject(refused('not-found'));
      const empty = { blob: id(), hash: secret(), drop: secret(), pieces: 0, allowance };
      await engine.createBlob(empty);
      expect((await engine.allowance(allowance)).bytes).toBe(COUNTERS.bytes - 65_536);
    });

    test('retention deletes entries by age, and seqs go on', async () => {
      const { log, access } = await newLog();
      for (let i = 0; i < 40; i++) {
        await engine.append(
          log,
          access,
          Array.from({ length: 16 }, () => entry()),
          true,
        );
      }
      stand.now += 5 * HOUR;
      await engine.append(log, access, [entry(0, 'young')], true);
      await retain({ entriesSince: stand.now / HOUR - 1 });
      const { entries, first, head } = await engine.read(log, access, 1, 10_000);
      expect(entries.map(({ seq }) => seq)).toEqual([641]);
      expect({ first, head }).toEqual({ first: 641, head: 641 });
      stand.now += 5 * HOUR;
      await retain({ entriesSince: stand.now / HOUR - 1 });
      expect(await engine.read(log, access, 1, 10_000)).toEqual({
        entries: [],
        first: 642,
        head: 641,
      });
      expect(await engine.append(log, access, [entry()], true)).toMatchObject({ seqs: [642] });
    });

    test('retention deletes large blobs before small ones', async () => {
      const [hash, drop] = [secret(), secret()];
      const [small, large] = [id(), id()];
      for (const [blob, size] of [
        [small, 10],
        [large, 2_000],
      ] as const) {
        await engine.createBlob({ blob, hash, drop, pieces: 2, allowance });
        await engine.putPiece(blob, hash, 0, new Uint8Array(size).fill(1));
      }
      stand.now += 5 * HOUR;
      await retain({ largeBlobsSince: stand.now / HOUR });
      await expect(engine.statBlob(large, hash)).rejects.toMatchObject(refused('not-found'));
      expect(await engine.statBlob(small, hash)).toMatchObject({ pieces: 2 });
      await retain({ blobsSince: stand.now / HOUR });
      await expect(engine.statBlob(small, hash)).rejects.toMatchObject(refused('not-found'));
    });

    test('retention by size deletes the oldest first', async () => {
      const { log, access } = await newLog();
      for (let i = 0; i < 20; i++) {
        const bodies = Array.from({ length: 16 }, () => entry(0, 'x'.repeat(4_000)));
        await engine.append(log, access, bodies, true);
        stand.now += HOUR;
      }
      await retain({ maxBytes: 800_000 });
      const { first, head } = await engine.read(log, access, 1, 10_000);
      expect(head).toBe(320);
      expect(first).toBeGreaterThan(100);
      expect(first).toBeLessThan(300);
    });
  });
}
