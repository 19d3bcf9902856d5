/** An inbox's contact tokens and the sealed KeyPackages that wait for their holders. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { STOCK_BYTES, STOCK_HOURS, TOKENS, WAITING } from '../../delivery/inbox-rules.ts';
import { type Access, forbidden } from '../../delivery/log-rules.ts';
import type { Retention, Stock } from '../engine.ts';

const RETENTION_CHUNK = 256;
const EMPTY = new Uint8Array();

export class Inboxes {
  readonly #sql;
  readonly #hour: () => number;

  constructor(db: DatabaseSync, hour: () => number) {
    this.#hour = hour;
    this.#sql = {
      token: db.prepare('SELECT last FROM contact_token WHERE log = ? AND hash = ?'),
      countTokens: db.prepare('SELECT count(*) AS n FROM contact_token WHERE log = ?'),
      insertToken: db.prepare(
        'INSERT INTO contact_token (log, hash, per_hour, last, last_hour) VALUES (?, ?, ?, ?, 0)',
      ),
      setPerHour: db.prepare('UPDATE contact_token SET per_hour = ? WHERE log = ? AND hash = ?'),
      setLast: db.prepare(
        'UPDATE contact_token SET last = ?, last_hour = ? WHERE log = ? AND hash = ?',
      ),
      stocked: db.prepare(
        `SELECT (SELECT coalesce(sum(length(body)), 0) FROM key_package WHERE log = ?1)
              + (SELECT coalesce(sum(length(last)), 0) FROM contact_token WHERE log = ?1) AS bytes`,
      ),
      deleteToken: db.prepare('DELETE FROM contact_token WHERE log = ? AND hash = ?'),
      deletePackages: db.prepare('DELETE FROM key_package WHERE log = ? AND token = ?'),
      countWaiting: db.prepare(
        "SELECT count(*) AS n FROM key_package WHERE log = ? AND token = ? AND taken_by = x''",
      ),
      insertPackage: db.prepare(
        `INSERT INTO key_package (log, token, digest, body, taken_by, hour)
         VALUES (?, ?, ?, ?, x'', ?) ON CONFLICT DO NOTHING`,
      ),
      takenBy: db.prepare(
        'SELECT body FROM key_package WHERE log = ? AND token = ? AND taken_by = ? AND hour >= ?',
      ),
      waiting: db.prepare(
        "SELECT digest, body FROM key_package WHERE log = ? AND token = ? AND taken_by = x'' LIMIT 1",
      ),
      handOut: db.prepare(
        'UPDATE key_package SET taken_by = ?, hour = ? WHERE log = ? AND token = ? AND digest = ?',
      ),
      forgetBodies: db.prepare(
        `UPDATE key_package SET body = x'' WHERE (log, token, digest) IN (
           SELECT log, token, digest FROM key_package
           WHERE taken_by <> x'' AND hour < ? AND body <> x'' LIMIT ${RETENTION_CHUNK})`,
      ),
      forgetDigests: db.prepare(
        `DELETE FROM key_package WHERE (log, token, digest) IN (
           SELECT log, token, digest FROM key_package
           WHERE taken_by <> x'' AND hour < ? LIMIT ${RETENTION_CHUNK})`,
      ),
      forgetWaiting: db.prepare(
        `DELETE FROM key_package WHERE (log, token, digest) IN (
           SELECT log, token, digest FROM key_package
           WHERE taken_by = x'' AND hour < ? LIMIT ${RETENTION_CHUNK})`,
      ),
      forgetLast: db.prepare(
        `UPDATE contact_token SET last = x'' WHERE (log, hash) IN (
           SELECT log, hash FROM contact_token
           WHERE last <> x'' AND last_hour < ? LIMIT ${RETENTION_CHUNK})`,
      ),
    };
  }

  allow(log: Uint8Array, access: Access, hash: Uint8Array, perHour: number): void {
    checkOwner(access);
    if (this.#sql.setPerHour.run(perHour, log, hash).changes === 1) return;
    if (Number(this.#sql.countTokens.get(log)?.n) >= TOKENS) {
      throw new ProtocolError('too-big', 'an inbox has no room for more contact tokens');
    }
    this.#sql.insertToken.run(log, hash, perHour, EMPTY);
  }

  revoke(log: Uint8Array, access: Access, hash: Uint8Array): void {
    checkOwner(access);
    this.#sql.deletePackages.run(log, hash);
    this.#sql.deleteToken.run(log, hash);
  }

  stock(log: Uint8Array, access: Access, { hash, packages, last }: Stock): void {
    checkOwner(access);
    if (!this.#sql.token.get(log, hash)) throw new ProtocolError('not-found');
    for (const body of packages) {
      const digest = createHash('sha256').update(body).digest();
      this.#sql.insertPackage.run(log, hash, digest, body, this.#hour());
    }
    if (Number(this.#sql.countWaiting.get(log, hash)?.n) > WAITING) {
      throw new ProtocolError('too-big', `at most ${WAITING} KeyPackages wait for a contact token`);
    }
    if (last) this.#sql.setLast.run(last, this.#hour(), log, hash);
    if (Number(this.#sql.stocked.get(log)?.bytes) > STOCK_BYTES) {
      throw new ProtocolError('too-big', 'an inbox has no room for more KeyPackages');
    }
  }

  take(log: Uint8Array, access: Access, id: Uint8Array): { package: Uint8Array | null } {
    if (access.role !== 'contact') throw forbidden('KeyPackages are taken with a contact token');
    const token = this.#sql.token.get(log, access.token);
    if (!token) throw new ProtocolError('not-found');
    const taken = this.#sql.takenBy.get(log, access.token, id, this.#hour() - 1);
    if (taken) return { package: taken.body as Uint8Array };
    const waiting = this.#sql.waiting.get(log, access.token);
    if (waiting) {
      this.#sql.handOut.run(id, this.#hour(), log, access.token, waiting.digest as Uint8Array);
      return { package: waiting.body as Uint8Array };
    }
    const last = token.last as Uint8Array;
    return { package: last.length > 0 ? last : null };
  }

  /** Forgets a chunk of the KeyPackages that were handed out or waited too long; says whether there was any. */
  retain({ now, entriesSince }: Retention): boolean {
    const forgotten = [
      this.#sql.forgetBodies.run(now - 1),
      this.#sql.forgetDigests.run(entriesSince),
      this.#sql.forgetWaiting.run(now - STOCK_HOURS),
      this.#sql.forgetLast.run(now - STOCK_HOURS),
    ];
    return forgotten.some(({ changes }) => Number(changes) > 0);
  }
}

function checkOwner(access: Access): void {
  if (access.role !== 'owner') throw forbidden('only the owner of an inbox does this');
}
