/** What a host is told about a database, by the database itself, as tests that each engine runs. */
import { expect, test } from 'vitest';
import { DATA_KINDS } from '../host/data-kinds.ts';
import { COUNTERS, HOUR, START } from './contract-figures.ts';
import { EngineStand, type OpenEngine } from './engine-stand.ts';
import { entry, secret } from './ids.ts';

export function engineSurveys(name: string, open: OpenEngine): void {
  test(`every table and column of ${name} is described, counted and dated; open invites are listed, late ones not`, async () => {
    const stand = await EngineStand.open(open);
    const { engine, allowance, invite } = stand;
    try {
      const until = START / 1_000 + 86_400;
      const { until: _, ...each } = COUNTERS;
      await engine.invite({ hash: secret(), uses: 1, until: 60, tag: secret(), each });
      const granted = { hash: secret(), uses: 2, until, tag: secret(), terms: secret() };
      await engine.grant(allowance, granted);
      const { log, access } = await stand.newLog();
      stand.now += 0.5 * HOUR;
      await engine.append(log, access, [entry(), entry()], true);
      stand.now += HOUR;

      const census = await engine.census();
      for (const { table, columns } of census) {
        const described = Object.keys(DATA_KINDS[table]?.columns ?? {});
        expect(described.sort(), table).toEqual([...columns].sort());
      }
      const rows = new Map(census.map(({ table, rows, oldest }) => [table, { rows, oldest }]));
      // SQLite's alone.
      const kinds = Object.keys(DATA_KINDS).filter((kind) => rows.has(kind) || kind !== 'journal');
      expect([...rows.keys()].sort()).toEqual(kinds.sort());
      const oldest = Math.floor((START + 0.5 * HOUR) / HOUR);
      expect(rows.get('log')).toEqual({ rows: 1, oldest });
      expect(rows.get('entry')).toEqual({ rows: 2, oldest });
      expect(rows.get('invite')).toEqual({ rows: 3, oldest: null });
      expect(rows.get('piece')).toEqual({ rows: 0, oldest: null });

      expect(await engine.quotas()).toMatchObject({
        invites: [{ id: invite.slice(0, 4), uses: 1, until: START / 1_000 + 7_200, each }],
        granted: { invites: 1, uses: 2 },
        allowances: { count: 1, logs: expect.any(Number) },
      });
      expect(await engine.size()).toBeGreaterThan(4_096);
    } finally {
      await engine.close();
    }
  });
}
