/**
 * The two statements that appends take: one loads what the rules ask for, the other applies what they
 * decided, for all logs of a turn at once, each only where its row is still the one decided on.
 */

import type { Entry } from '@polynya/protocol/requests';
import { keyOf } from '@polynya/reach/key-of';
import type { Found, LogRow } from '../../delivery/log-rules.ts';
import { ENTRY_BYTES } from '../engine.ts';
import { columns, type Sql } from './database.ts';
import type { Ask, Known, Plan } from './log-batch.ts';

/** `oldest` of a log that has no entries. */
export const NOTHING = Number.MAX_SAFE_INTEGER;
export const EMPTY = new Uint8Array();

/** A planned entry whose body is sealed. */
export type SealedEntry = Entry & { readonly log: Uint8Array };

/** What is told of a log whose plan came true. */
export interface Applied {
  readonly log: Uint8Array;
  /** What its entries count now. */
  readonly bytes: number;
  readonly first: number;
}

interface Loaded extends LogRow {
  readonly log: Uint8Array;
  readonly what: 'row' | 'found' | 'capability' | 'token';
  readonly key: Uint8Array;
  readonly seq: number;
}

/** All rows that are there of the logs that `asks` name, with what else the rules ask for. */
export async function load(sql: Sql, asks: readonly Ask[]): Promise<Map<string, Known>> {
  const logs = [...new Map(asks.map(({ log }) => [keyOf(log), log])).values()];
  const ids = asks.flatMap(({ log, entries }) => entries.map(({ id }) => ({ log, key: id })));
  const next = asks.flatMap(({ log, turn }) => (turn ? [{ log, key: turn.next }] : []));
  const tokens = asks.flatMap(({ log, access }) =>
    access.role === 'contact' ? [{ log, key: access.token }] : [],
  );
  const rows = await sql.query<Loaded>(
    `SELECT log, 'row' AS what, ''::bytea AS key, 0::bigint AS seq, kind, head, first, epoch, closed
       FROM log WHERE log = ANY($1::bytea[])
     UNION ALL
     SELECT e.log, 'found', e.id, e.seq, e.kind, 0, 0, e.epoch, 0
       FROM unnest($2::bytea[], $3::bytea[]) AS q(log, key)
       JOIN entry AS e ON e.log = q.log AND e.id = q.key
     UNION ALL
     SELECT c.log, 'capability', c.hash, 0, 0, 0, 0, 0, 0
       FROM unnest($4::bytea[], $5::bytea[]) AS q(log, key)
       JOIN capability AS c ON c.log = q.log AND c.hash = q.key
     UNION ALL
     SELECT t.log, 'token', t.hash, 0, 0, 0, 0, 0, 0
       FROM unnest($6::bytea[], $7::bytea[]) AS q(log, key)
       JOIN contact_token AS t ON t.log = q.log AND t.hash = q.key`,
    [logs, ...[ids, next, tokens].flatMap((pairs) => columns(pairs, 'log', 'key'))],
  );
  const known = new Map<string, Known>();
  for (const one of rows.filter(({ what }) => what === 'row')) {
    const { kind, head, first, epoch, closed } = one;
    const of = (what: Loaded['what']) =>
      rows.filter((row) => row.what === what && keyOf(row.log) === keyOf(one.log));
    known.set(keyOf(one.log), {
      row: { kind, head, first, epoch, closed },
      loaded: {
        found: new Map(of('found').map((row): [string, Found] => [keyOf(row.key), row])),
        capabilities: new Set(of('capability').map(({ key }) => keyOf(key))),
        tokens: new Set(of('token').map(({ key }) => keyOf(key))),
      },
    });
  }
  return known;
}

/**
 * Makes plans come true in one statement, and so in one transaction: of each log either all of its plan
 * or, if anything that it was decided on has changed, nothing.
 */
export function apply(
  sql: Sql,
  plans: readonly Plan[],
  sealed: readonly SealedEntry[],
  hour: number,
): Promise<Applied[]> {
  const wanted = plans.map(({ log, was, row }) => ({
    log,
    wasHead: was.head,
    wasEpoch: was.epoch,
    wasClosed: was.closed,
    head: row.head,
    epoch: row.epoch,
    closed: row.closed,
  }));
  const entries = sealed.map((entry) => ({
    ...entry,
    closes: entry.turn?.closes ?? false,
    next: entry.turn?.next ?? EMPTY,
  }));
  const tokens = plans.flatMap(({ log, tokens }) => tokens.map((hash) => ({ log, hash })));
  return sql.query<Applied>(APPLY, [
    ...columns(wanted, 'log', 'wasHead', 'wasEpoch', 'wasClosed', 'head', 'epoch', 'closed'),
    ...columns(entries, 'log', 'seq', 'kind', 'epoch', 'id', 'body', 'closes', 'next'),
    ...columns(tokens, 'log', 'hash'),
    hour,
  ]);
}

const APPLY = `
  WITH wanted AS (
    SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
      $6::bigint[], $7::bigint[]) AS w(log, was_head, was_epoch, was_closed, head, epoch, closed)
  ), new AS (
    SELECT * FROM unnest($8::bytea[], $9::bigint[], $10::smallint[], $11::bigint[], $12::bytea[],
      $13::bytea[], $14::boolean[], $15::bytea[]) AS n(log, seq, kind, epoch, id, body, closes, next)
  ), token AS (
    SELECT * FROM unnest($16::bytea[], $17::bytea[]) AS t(log, hash)
  ), moved AS (
    UPDATE log SET head = w.head, epoch = w.epoch, closed = w.closed,
      oldest = CASE WHEN log.oldest = ${NOTHING} THEN $18 ELSE log.oldest END,
      bytes = log.bytes + (
        SELECT coalesce(sum(length(body) + ${ENTRY_BYTES}), 0) FROM new WHERE new.log = w.log)
    FROM wanted AS w
    WHERE log.log = w.log AND log.head = w.was_head AND log.epoch = w.was_epoch
      AND log.closed = w.was_closed
      AND NOT EXISTS (SELECT FROM new JOIN entry AS e ON e.log = new.log AND e.id = new.id
        WHERE new.log = w.log)
      AND NOT EXISTS (SELECT FROM new JOIN capability AS c ON c.log = new.log AND c.hash = new.next
        WHERE new.log = w.log AND new.next <> '')
      AND NOT EXISTS (SELECT FROM token WHERE token.log = w.log AND NOT EXISTS (
        SELECT FROM contact_token AS k WHERE k.log = token.log AND k.hash = token.hash))
    RETURNING log.log, log.bytes, log.first
  ), inserted AS (
    INSERT INTO entry (log, seq, kind, epoch, id, body, closes, next, hour)
    SELECT log, seq, kind, epoch, id, body, closes, next, $18 FROM new JOIN moved USING (log)
  ), turned AS (
    INSERT INTO capability (log, epoch, hash, seq, first)
    SELECT log, epoch + 1, next, seq, coalesce((SELECT min(seq) FROM new AS later
      WHERE later.log = new.log AND later.epoch = new.epoch + 1), 0)
    FROM new JOIN moved USING (log) WHERE next <> ''
  ), begun AS (
    UPDATE capability SET first = b.seq
    FROM (SELECT log, new.epoch, min(seq) AS seq FROM new JOIN moved USING (log) GROUP BY 1, 2) AS b
    WHERE capability.log = b.log AND capability.epoch = b.epoch AND capability.first = 0
  )
  SELECT log, bytes, first FROM moved`;
