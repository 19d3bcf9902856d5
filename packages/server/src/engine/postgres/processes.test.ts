/** Several server processes on one PostgreSQL, and a PostgreSQL that goes away: engines side by side. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry } from '@polynya/protocol/requests';
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { EngineStand } from '../../test/engine-stand.ts';
import { entry, hashOf, id, secret } from '../../test/ids.ts';
import { missingPostgres, PostgresCluster } from '../../test/postgres-cluster.ts';
import { type LogChange, StorageError } from '../engine.ts';
import { PostgresEngine } from './postgres-engine.ts';

const MEMBER = { role: 'member', epoch: 0 } as const;

describe.skipIf(missingPostgres)(`on one PostgreSQL${missingPostgres}`, () => {
  let cluster: PostgresCluster;
  let folder = '';
  let stand: EngineStand;
  let engines: [PostgresEngine, PostgresEngine];
  beforeAll(async () => {
    cluster = await PostgresCluster.start({ fsync: true });
    folder = mkdtempSync(join(tmpdir(), 'polynya-pg-keys-'));
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  const open = (now: () => number) => {
    const { url } = cluster;
    return PostgresEngine.open({ url, keyFolder: join(folder, 'keys'), now, random: systemRandom });
  };
  beforeEach(async () => {
    stand = await EngineStand.open(open);
    engines = [stand.engine as PostgresEngine, await open(() => stand.now)];
  });
  afterEach(async () => {
    for (const engine of engines) await engine.close();
    await cluster.empty();
  });

  async function wholeLog(log: Uint8Array, epoch = 0): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (;;) {
      const from = entries.length + 1;
      const access = { role: 'member', epoch } as const;
      const { entries: more, head } = await engines[1].read(log, access, from, 100_000);
      entries.push(...more);
      if (entries.length >= head) return entries;
    }
  }

  test('two servers append to one log: every entry once, dense, and a repeat gets its first seq from either', async () => {
    const { log } = await stand.newLog();
    const written = Array.from({ length: 60 }, () => entry());
    const told = await Promise.all(
      written.map((one, i) => engines[i % 2 ? 1 : 0].append(log, MEMBER, [one], true)),
    );
    const seqs = told.flatMap((one) => one.seqs);
    expect(seqs.toSorted((a, b) => a - b)).toEqual(written.map((_, i) => i + 1));
    const entries = await wholeLog(log);
    for (const [i, one] of written.entries()) {
      const seq = seqs[i] ?? 0;
      expect(entries[seq - 1]).toMatchObject({ seq, id: one.id, body: one.body });
      const again = await engines[i % 2 ? 0 : 1].append(log, MEMBER, [one], true);
      expect(again).toEqual({ seqs: [seq], repeated: true });
    }
  });

  test('of Commits that race for an epoch at two servers exactly one wins', async () => {
    const { log } = await stand.newLog();
    for (let epoch = 0; epoch < 10; epoch++) {
      const access = { role: 'member', epoch } as const;
      const turn = () => ({ closes: epoch % 3 === 2, next: secret() });
      const results = await Promise.allSettled(
        [0, 1, 0, 1].map((i) =>
          engines[i as 0 | 1].commit(log, access, entry(epoch), turn(), true),
        ),
      );
      const won = results.filter(({ status }) => status === 'fulfilled');
      expect(won).toMatchObject([{ value: { seq: epoch + 1, repeated: false } }]);
    }
  });

  test('whoever watches at one server hears in order what is appended at the other', async () => {
    const { log } = await stand.newLog();
    const heard: Entry[] = [];
    engines[1].onChange((change: LogChange) => heard.push(...change.entries));
    await engines[1].live(log, MEMBER);
    for (let i = 0; i < 20; i++) {
      await Promise.all(
        engines.map((engine) => engine.append(log, MEMBER, [entry(), entry()], true)),
      );
    }
    await vi.waitFor(() => expect(heard).toHaveLength(80), { timeout: 20_000 });
    expect(heard).toEqual(await wholeLog(log));
  });

  test('a token that is revoked at one server opens and appends nothing at the other', async () => {
    const { log, access: owner } = await stand.newLog(1);
    const token = secret();
    await engines[0].allow(log, owner, token, 60);
    const { access } = await engines[1].open(log, token);
    await engines[1].append(log, access, [entry()], true);
    await engines[0].revoke(log, owner, token);
    await expect(engines[1].append(log, access, [entry()], true)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('each use of an invite admits one, and each unit of an allowance pays once, at whichever server', async () => {
    const [invite, tag] = [secret(), secret()];
    const until = stand.now / 1_000 + 3_600;
    const each = { logs: 3, bytes: 0, invites: 0 };
    await engines[0].invite({ hash: hashOf(invite), uses: 4, until, tag, each });
    const guests = Array.from({ length: 10 }, () => secret());
    const admitted = await Promise.allSettled(
      guests.flatMap((guest) => engines.map((engine) => engine.admit(hashOf(invite), guest))),
    );
    expect(admitted.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    const guest = guests[admitted.findIndex(({ status }) => status === 'fulfilled') >> 1] ?? tag;
    const made = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        engines[i % 2 ? 1 : 0].create({ log: id(), kind: 0, hash: secret(), allowance: guest }),
      ),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  test('a PostgreSQL that crashes again and again has all that was acknowledged, and is used again when it is back', async () => {
    const { log } = await stand.newLog();
    const told = new Map<number, Uint8Array>();
    let stopped = false;
    const writer = async (engine: PostgresEngine) => {
      for (let one = entry(); !stopped; ) {
        try {
          const { seqs } = await engine.append(log, MEMBER, [one], true);
          told.set(seqs[0] ?? 0, one.id);
          one = entry();
        } catch (error) {
          // Whether it was stored nobody knows: it is asked again.
          if (!(error instanceof StorageError || error instanceof ProtocolError)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    };
    const writing = [...engines, ...engines].map(writer);
    for (let crash = 1; crash <= 3; crash++) {
      const enough = told.size + 20;
      await vi.waitUntil(() => told.size >= enough, { timeout: 30_000, interval: 5 });
      await cluster.kill();
      await cluster.begin();
    }
    const enough = told.size + 20;
    await vi.waitUntil(() => told.size >= enough, { timeout: 30_000, interval: 5 });
    stopped = true;
    await Promise.all(writing);
    const entries = await wholeLog(log);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
    expect(entries.map((one) => one.id)).toEqual(
      [...told].toSorted(([a], [b]) => a - b).map(([, ofSeq]) => ofSeq),
    );
  }, 120_000);
});
