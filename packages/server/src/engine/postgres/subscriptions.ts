/** Push subscriptions in PostgreSQL, sealed, by log. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Retention, type StoredSubscription, SUBSCRIPTIONS } from '../engine.ts';
import { type Sql, single } from './database.ts';

const RETENTION_CHUNK = 256;

/** The statements run in the transaction that they are given. */
export class Subscriptions {
  readonly #hour: () => number;

  constructor(hour: () => number) {
    this.#hour = hour;
  }

  async put(
    sql: Sql,
    log: Uint8Array,
    { id, epoch, until, sealed }: StoredSubscription,
  ): Promise<void> {
    await sql.query(
      `INSERT INTO subscription (log, id, epoch, until, sealed) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (log, id) DO UPDATE
       SET epoch = excluded.epoch, until = excluded.until, sealed = excluded.sealed`,
      [log, id, epoch, until, sealed],
    );
    const count = 'SELECT count(*) AS n FROM subscription WHERE log = $1';
    const found = await single<{ n: number }>(sql, count, [log]);
    if ((found?.n ?? 0) > SUBSCRIPTIONS) {
      throw new ProtocolError('too-big', 'a log has no room for more push subscriptions');
    }
  }

  of(sql: Sql, log: Uint8Array): Promise<StoredSubscription[]> {
    const select =
      'SELECT id, epoch, until, sealed FROM subscription WHERE log = $1 AND until > $2';
    return sql.query<StoredSubscription>(select, [log, this.#hour()]);
  }

  async reseal(
    sql: Sql,
    log: Uint8Array,
    from: number,
    { id, epoch, sealed }: StoredSubscription,
  ): Promise<void> {
    await sql.query(
      'UPDATE subscription SET epoch = $3, sealed = $4 WHERE log = $1 AND id = $2 AND epoch = $5',
      [log, id, epoch, sealed, from],
    );
  }

  async delete(sql: Sql, log: Uint8Array, ids: readonly Uint8Array[]): Promise<void> {
    await sql.query('DELETE FROM subscription WHERE log = $1 AND id = ANY($2::bytea[])', [
      log,
      ids,
    ]);
  }

  /** Writes all anew in one transaction, as allowances are: which wrote them would show what one browser left. */
  async mix(sql: Sql): Promise<void> {
    await sql.query('UPDATE subscription SET until = until');
  }

  /** Forgets a chunk of those that ended; says whether there was any. */
  async retain(sql: Sql, { now }: Retention): Promise<boolean> {
    const forgotten = await sql.query(
      `DELETE FROM subscription WHERE (log, id) IN (
         SELECT log, id FROM subscription WHERE until <= $1 LIMIT ${RETENTION_CHUNK})
       RETURNING 1 AS forgotten`,
      [now],
    );
    return forgotten.length > 0;
  }
}
