/** What the host asks about the database (engine-survey.ts). */

import { isLate, MINUTE } from '../../limits/invite-end.ts';
import { type OpenInvite, oldestIn, type Quotas, type TableCensus } from '../engine-survey.ts';
import type { Sql } from './database.ts';
import { NOTHING } from './log-statements.ts';
import { tablesOf } from './snapshot.ts';

export async function census(sql: Sql): Promise<TableCensus[]> {
  const found: TableCensus[] = [];
  for (const { name, columns } of await tablesOf(sql)) {
    const where = oldestIn(name);
    const oldest = where
      ? `(SELECT min(${where.column}) FROM ${where.table}
          WHERE ${where.column} BETWEEN 1 AND ${NOTHING - 1})`
      : 'NULL::bigint';
    const [row] = await sql.query<{ rows: number; oldest: number | null }>(
      `SELECT (SELECT count(*) FROM ${name}) AS rows, ${oldest} AS oldest`,
    );
    const { rows = 0, oldest: hour = null } = row ?? {};
    found.push({ table: name, columns, rows, oldest: rows > 0 ? hour : null });
  }
  return found;
}

interface InviteRow {
  readonly hash: Uint8Array;
  readonly uses: number;
  readonly until: number;
  readonly own: boolean;
  readonly logs: number;
  readonly bytes: number;
  readonly invites: number;
}

/** `now`: ms since 1970. */
export async function quotas(sql: Sql, now: number): Promise<Quotas> {
  const rows = await sql.query<InviteRow>(
    `SELECT hash, uses, until, terms = '' AS own, logs, bytes, invites FROM invite
     WHERE uses > 0 ORDER BY until`,
  );
  const open = rows.filter(({ until }) => !isLate(until, now));
  const [sums] = await sql.query<Quotas['allowances']>(
    `SELECT count(*) AS count, coalesce(sum(logs), 0)::bigint AS logs,
       coalesce(sum(bytes), 0)::bigint AS bytes, coalesce(sum(invites), 0)::bigint AS invites
     FROM allowance`,
  );
  const granted = open.filter(({ own }) => !own);
  return {
    invites: open.filter(({ own }) => own).map(openInvite),
    granted: { invites: granted.length, uses: granted.reduce((sum, { uses }) => sum + uses, 0) },
    allowances: sums ?? { count: 0, logs: 0, bytes: 0, invites: 0 },
  };
}

const openInvite = ({ hash, uses, until, logs, bytes, invites }: InviteRow): OpenInvite => ({
  id: hash.slice(0, 4),
  uses,
  until: until * MINUTE,
  each: { logs, bytes, invites },
});

/** Bytes that the database takes on its disk. */
export async function size(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ bytes: number }>(
    'SELECT pg_database_size(current_database()) AS bytes',
  );
  return row?.bytes ?? 0;
}
