/** An inbox's contact tokens in PostgreSQL, and the sealed KeyPackages that wait for their holders. */
import { createHash } from 'node:crypto';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Result } from '@polynya/protocol/requests';
import { STOCK_BYTES, STOCK_HOURS, TOKENS, WAITING } from '../../delivery/inbox-rules.ts';
import { type Access, forbidden } from '../../delivery/log-rules.ts';
import type { Retention, Stock } from '../engine.ts';
import { columns, type Sql, single } from './database.ts';

const RETENTION_CHUNK = 256;

/** The statements run in the transaction that they are given. */
export class Inboxes {
  readonly #hour: () => number;

  constructor(hour: () => number) {
    this.#hour = hour;
  }

  async allow(
    sql: Sql,
    log: Uint8Array,
    access: Access,
    hash: Uint8Array,
    perHour: number,
  ): Promise<void> {
    checkOwner(access);
    await lock(sql, log);
    const known = await sql.query(
      'UPDATE contact_token SET per_hour = $3 WHERE log = $1 AND hash = $2 RETURNING 1 AS known',
      [log, hash, perHour],
    );
    if (known.length > 0) return;
    if ((await count(sql, 'FROM contact_token WHERE log = $1', [log])) >= TOKENS) {
      throw new ProtocolError('too-big', 'an inbox has no room for more contact tokens');
    }
    await sql.query(
      `INSERT INTO contact_token (log, hash, per_hour, last, last_hour)
       VALUES ($1, $2, $3, '', 0)`,
      [log, hash, perHour],
    );
  }

  async revoke(sql: Sql, log: Uint8Array, access: Access, hash: Uint8Array): Promise<void> {
    checkOwner(access);
    await lock(sql, log);
    await sql.query('DELETE FROM key_package WHERE log = $1 AND token = $2', [log, hash]);
    await sql.query('DELETE FROM contact_token WHERE log = $1 AND hash = $2', [log, hash]);
  }

  async stock(
    sql: Sql,
    log: Uint8Array,
    access: Access,
    { hash, packages, last }: Stock,
  ): Promise<void> {
    checkOwner(access);
    await lock(sql, log);
    const token = 'FROM contact_token WHERE log = $1 AND hash = $2';
    if ((await count(sql, token, [log, hash])) === 0) throw new ProtocolError('not-found');
    const rows = packages.map((body) => ({ body, digest: sha256(body) }));
    await sql.query(
      `INSERT INTO key_package (log, token, digest, body, taken_by, hour)
       SELECT $1, $2, digest, body, '', $3 FROM unnest($4::bytea[], $5::bytea[]) AS p(digest, body)
       ON CONFLICT DO NOTHING`,
      [log, hash, this.#hour(), ...columns(rows, 'digest', 'body')],
    );
    const waiting = "FROM key_package WHERE log = $1 AND token = $2 AND taken_by = ''";
    if ((await count(sql, waiting, [log, hash])) > WAITING) {
      throw new ProtocolError('too-big', `at most ${WAITING} KeyPackages wait for a contact token`);
    }
    if (last) {
      await sql.query(
        'UPDATE contact_token SET last = $3, last_hour = $4 WHERE log = $1 AND hash = $2',
        [log, hash, last, this.#hour()],
      );
    }
    const [stocked] = await sql.query<{ bytes: number }>(
      `SELECT (SELECT coalesce(sum(length(body)), 0) FROM key_package WHERE log = $1)
            + (SELECT coalesce(sum(length(last)), 0) FROM contact_token WHERE log = $1) AS bytes`,
      [log],
    );
    if (Number(stocked?.bytes) > STOCK_BYTES) {
      throw new ProtocolError('too-big', 'an inbox has no room for more KeyPackages');
    }
  }

  async take(sql: Sql, log: Uint8Array, access: Access, id: Uint8Array): Promise<Result<'take'>> {
    if (access.role !== 'contact') throw forbidden('KeyPackages are taken with a contact token');
    const { token } = access;
    // Of takes by one token one waits for the other, so that each gets its own.
    const own = await single<{ last: Uint8Array }>(
      sql,
      'SELECT last FROM contact_token WHERE log = $1 AND hash = $2 FOR UPDATE',
      [log, token],
    );
    if (!own) throw new ProtocolError('not-found');
    const taken = await single<{ body: Uint8Array }>(
      sql,
      `SELECT body FROM key_package WHERE log = $1 AND token = $2 AND taken_by = $3 AND hour >= $4`,
      [log, token, id, this.#hour() - 1],
    );
    if (taken) return { package: taken.body };
    const waiting = await single<{ body: Uint8Array }>(
      sql,
      `UPDATE key_package SET taken_by = $3, hour = $4
       WHERE log = $1 AND token = $2 AND digest = (
         SELECT digest FROM key_package WHERE log = $1 AND token = $2 AND taken_by = '' LIMIT 1)
       RETURNING body`,
      [log, token, id, this.#hour()],
    );
    if (waiting) return { package: waiting.body };
    return { package: own.last.length > 0 ? own.last : null };
  }

  /** Forgets a chunk of the KeyPackages that were handed out or waited too long; says whether there was any. */
  async retain(sql: Sql, { now, entriesSince }: Retention): Promise<boolean> {
    const chunk = (where: string) =>
      `WHERE (log, token, digest) IN (
         SELECT log, token, digest FROM key_package WHERE ${where} LIMIT ${RETENTION_CHUNK})
       RETURNING 1 AS forgotten`;
    const forgotten = [
      await sql.query(
        `UPDATE key_package SET body = '' ${chunk("taken_by <> '' AND hour < $1 AND body <> ''")}`,
        [now - 1],
      ),
      await sql.query(`DELETE FROM key_package ${chunk("taken_by <> '' AND hour < $1")}`, [
        entriesSince,
      ]),
      await sql.query(`DELETE FROM key_package ${chunk("taken_by = '' AND hour < $1")}`, [
        now - STOCK_HOURS,
      ]),
      await sql.query(
        `UPDATE contact_token SET last = '' WHERE (log, hash) IN (
           SELECT log, hash FROM contact_token WHERE last <> '' AND last_hour < $1
           LIMIT ${RETENTION_CHUNK}) RETURNING 1 AS forgotten`,
        [now - STOCK_HOURS],
      ),
    ];
    return forgotten.some((rows) => rows.length > 0);
  }
}

/** Whoever changes an inbox waits for whoever does already. */
async function lock(sql: Sql, log: Uint8Array): Promise<void> {
  await sql.query('SELECT FROM log WHERE log = $1 FOR UPDATE', [log]);
}

async function count(sql: Sql, from: string, values: readonly Uint8Array[]): Promise<number> {
  const found = await single<{ n: number }>(sql, `SELECT count(*) AS n ${from}`, values);
  return found?.n ?? 0;
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function checkOwner(access: Access): void {
  if (access.role !== 'owner') throw forbidden('only the owner of an inbox does this');
}
