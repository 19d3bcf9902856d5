/** What the host asks about the database (engine-survey.ts). */
import type { DatabaseSync } from 'node:sqlite';
import { isLate, MINUTE } from '../../limits/invite-end.ts';
import { oldestIn, type Quotas, type TableCensus } from '../engine-survey.ts';
import { NOTHING } from './log-tables.ts';
import { tablesOf } from './snapshot.ts';

type Numbers = Record<string, number>;

export function census(db: DatabaseSync): TableCensus[] {
  return tablesOf(db).map(({ name, columns }) => {
    const rows = Number(db.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n);
    const where = oldestIn(name);
    const found =
      where && rows > 0
        ? db
            .prepare(
              `SELECT min(${where.column}) AS hour FROM ${where.table}
               WHERE ${where.column} BETWEEN 1 AND ${NOTHING - 1}`,
            )
            .get()?.hour
        : null;
    return { table: name, columns, rows, oldest: typeof found === 'number' ? found : null };
  });
}

/** `now`: ms since 1970. */
export function quotas(db: DatabaseSync, now: number): Quotas {
  const all = db
    .prepare(
      'SELECT hash, uses, until, terms, logs, bytes, invites FROM invite WHERE uses > 0 ORDER BY until',
    )
    .all()
    .filter(({ until }) => !isLate(Number(until), now));
  const own = all.filter(({ terms }) => (terms as Uint8Array).length === 0);
  const granted = all.filter(({ terms }) => (terms as Uint8Array).length > 0);
  const sums = db
    .prepare(
      `SELECT count(*) AS count, coalesce(sum(logs), 0) AS logs, coalesce(sum(bytes), 0) AS bytes,
         coalesce(sum(invites), 0) AS invites FROM allowance`,
    )
    .get() as Numbers;
  const { count = 0, logs = 0, bytes = 0, invites = 0 } = sums;
  return {
    invites: own.map((row) => ({
      id: (row.hash as Uint8Array).slice(0, 4),
      uses: Number(row.uses),
      until: Number(row.until) * MINUTE,
      each: { logs: Number(row.logs), bytes: Number(row.bytes), invites: Number(row.invites) },
    })),
    granted: {
      invites: granted.length,
      uses: granted.reduce((sum, { uses }) => sum + Number(uses), 0),
    },
    allowances: { count, logs, bytes, invites },
  };
}
