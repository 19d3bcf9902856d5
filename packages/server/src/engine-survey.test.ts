/** What the host is told about a database, by the database itself, on both engines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { describe, expect, test } from 'vitest';
import { DATA_KINDS } from './data-kinds.ts';
import { PostgresEngine } from './engine/postgres/postgres-engine.ts';
import { SqliteEngine } from './engine/sqlite/sqlite-engine.ts';
import type { Engine } from './engine.ts';
import { entry, hashOf, id, secret } from './test/ids.ts';
import { missingPostgres, PostgresCluster } from './test/postgres-cluster.ts';

const HOUR = 3_600_000;
const START = 480_000 * HOUR;
const EACH = { logs: 900, bytes: 10 ** 9, invites: 90 };

async function inhabited(open: (now: () => number, folder: string) => Promise<Engine>) {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-survey-'));
  let now = START;
  const engine = await open(() => now, folder);
  try {
    const [invite, allowance, capability, log] = [secret(), secret(), secret(), id()];
    const until = START / 1_000 + 86_400;
    await engine.invite({ hash: invite, uses: 3, until, tag: secret(), each: EACH });
    await engine.invite({ hash: secret(), uses: 1, until: 60, tag: secret(), each: EACH });
    await engine.admit(invite, allowance);
    const granted = { hash: secret(), uses: 2, until, tag: secret(), terms: secret() };
    await engine.grant(allowance, granted);
    await engine.create({ log, kind: 0, hash: hashOf(capability), allowance });
    now += 5 * HOUR;
    await engine.append(log, { role: 'member', epoch: 0 }, [entry(), entry()], true);
    now += 5 * HOUR;
    const survey = { census: await engine.census(), quotas: await engine.quotas() };
    return { ...survey, size: await engine.size(), invite };
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
}

function expectSurvey({ census, quotas, size, invite }: Awaited<ReturnType<typeof inhabited>>) {
  for (const { table, columns } of census) {
    expect(Object.keys(DATA_KINDS[table]?.columns ?? {}).sort(), table).toEqual(
      [...columns].sort(),
    );
  }
  expect(census.map(({ table }) => table).sort()).toEqual(Object.keys(DATA_KINDS).sort());
  const rows = Object.fromEntries(
    census.map(({ table, rows, oldest }) => [table, { rows, oldest }]),
  );
  expect(rows).toMatchObject({
    log: { rows: 1, oldest: START / HOUR + 5 },
    entry: { rows: 2, oldest: START / HOUR + 5 },
    invite: { rows: 3, oldest: null },
    allowance: { rows: 1, oldest: null },
    piece: { rows: 0, oldest: null },
  });
  expect(quotas).toEqual({
    invites: [{ id: invite.slice(0, 4), uses: 2, until: START / 1_000 + 86_400, each: EACH }],
    granted: { invites: 1, uses: 2 },
    allowances: {
      count: 1,
      logs: expect.any(Number),
      bytes: expect.any(Number),
      invites: expect.any(Number),
    },
  });
  expect(size).toBeGreaterThan(4_096);
}

test('every table and column of SQLite is described, counted and dated; open invites are listed, late ones not', async () => {
  expectSurvey(
    await inhabited(
      async (now, folder) =>
        new SqliteEngine({ path: join(folder, 'polynya.db'), now, random: systemRandom }),
    ),
  );
});

describe.skipIf(missingPostgres !== '')(`of PostgreSQL${missingPostgres}`, () => {
  test('the same is said', async () => {
    const cluster = await PostgresCluster.start();
    try {
      expectSurvey(
        await inhabited((now, folder) =>
          PostgresEngine.open({
            url: cluster.url,
            keyFolder: join(folder, 'keys'),
            now,
            random: systemRandom,
          }),
        ),
      );
    } finally {
      await cluster.stop();
    }
  });
});
