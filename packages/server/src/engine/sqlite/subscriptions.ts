/** Push subscriptions, sealed, by log. */
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Retention, type StoredSubscription, SUBSCRIPTIONS } from '../engine.ts';

const RETENTION_CHUNK = 256;

export class Subscriptions {
  readonly #sql;
  readonly #hour: () => number;

  constructor(db: DatabaseSync, hour: () => number) {
    this.#hour = hour;
    this.#sql = {
      put: db.prepare(
        `INSERT INTO subscription (log, id, epoch, until, sealed) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (log, id) DO UPDATE
         SET epoch = excluded.epoch, until = excluded.until, sealed = excluded.sealed`,
      ),
      count: db.prepare('SELECT count(*) AS n FROM subscription WHERE log = ?'),
      of: db.prepare(
        'SELECT id, epoch, until, sealed FROM subscription WHERE log = ? AND until > ?',
      ),
      reseal: db.prepare(
        'UPDATE subscription SET epoch = ?, sealed = ? WHERE log = ? AND id = ? AND epoch = ?',
      ),
      delete: db.prepare('DELETE FROM subscription WHERE log = ? AND id = ?'),
      forget: db.prepare(
        `DELETE FROM subscription WHERE (log, id) IN (
           SELECT log, id FROM subscription WHERE until <= ? LIMIT ${RETENTION_CHUNK})`,
      ),
    };
  }

  put(log: Uint8Array, { id, epoch, until, sealed }: StoredSubscription): void {
    this.#sql.put.run(log, id, epoch, until, sealed);
    if (Number(this.#sql.count.get(log)?.n) > SUBSCRIPTIONS) {
      throw new ProtocolError('too-big', 'a log has no room for more push subscriptions');
    }
  }

  of(log: Uint8Array): StoredSubscription[] {
    return this.#sql.of.all(log, this.#hour()).map(({ id, epoch, until, sealed }) => ({
      id: id as Uint8Array,
      epoch: Number(epoch),
      until: Number(until),
      sealed: sealed as Uint8Array,
    }));
  }

  reseal(log: Uint8Array, from: number, { id, epoch, sealed }: StoredSubscription): void {
    this.#sql.reseal.run(epoch, sealed, log, id, from);
  }

  delete(log: Uint8Array, ids: readonly Uint8Array[]): void {
    for (const id of ids) this.#sql.delete.run(log, id);
  }

  /** Forgets a chunk of those that ended; says whether there was any. */
  retain({ now }: Retention): boolean {
    return Number(this.#sql.forget.run(now).changes) > 0;
  }
}
