/** Allowances and invites to the server. What an allowance paid for is not written down. */
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Counters, NewInvite, Retention } from '../../engine.ts';
import { sameBytes } from './logs.ts';

const HOUR = 3_600;
const inHours = (seconds: number): number => Math.ceil(seconds / HOUR);

export class Allowances {
  readonly #sql;
  readonly #hour: () => number;

  constructor(db: DatabaseSync, hour: () => number) {
    this.#hour = hour;
    this.#sql = {
      allowance: db.prepare('SELECT logs, bytes, invites, until FROM allowance WHERE hash = ?'),
      insertAllowance: db.prepare(
        'INSERT INTO allowance (hash, logs, bytes, invites, until) VALUES (?, ?, ?, ?, ?)',
      ),
      change: db.prepare(
        `UPDATE allowance SET logs = logs - ?, bytes = bytes - ?, invites = invites - ?
         WHERE hash = ?`,
      ),
      invite: db.prepare('SELECT uses, until, tag FROM invite WHERE hash = ?'),
      putInvite: db.prepare(
        'INSERT OR REPLACE INTO invite (hash, uses, until, tag) VALUES (?, ?, ?, ?)',
      ),
      use: db.prepare('UPDATE invite SET uses = uses - 1 WHERE hash = ?'),
      deleteInvite: db.prepare('DELETE FROM invite WHERE hash = ?'),
      deleteExpired: db.prepare('DELETE FROM invite WHERE until < ?'),
    };
  }

  load(hash: Uint8Array): Counters {
    const found = this.#sql.allowance.get(hash);
    if (!found) throw new ProtocolError('not-found');
    const { logs, bytes, invites, until } = found as unknown as Counters;
    if (until !== 0 && until < this.#hour()) throw new ProtocolError('expired');
    return { logs, bytes, invites, until: until * HOUR };
  }

  /** Takes these counts off an allowance. @throws not-found, expired, quota */
  spend(hash: Uint8Array, cost: Partial<Omit<Counters, 'until'>>): void {
    const { logs = 0, bytes = 0, invites = 0 } = cost;
    const left = this.load(hash);
    if (left.logs < logs || left.bytes < bytes || left.invites < invites) {
      throw new ProtocolError('quota');
    }
    this.#sql.change.run(logs, bytes, invites, hash);
  }

  invite({ hash, uses, until, tag }: NewInvite): void {
    this.#sql.putInvite.run(hash, uses, inHours(until), tag);
  }

  admit(invite: Uint8Array, allowance: Uint8Array, counters: Counters): void {
    if (this.#sql.allowance.get(allowance)) return;
    const found = this.#sql.invite.get(invite);
    if (!found) throw new ProtocolError('not-found');
    if (Number(found.until) < this.#hour() || Number(found.uses) < 1) {
      throw new ProtocolError('expired');
    }
    const { logs, bytes, invites, until } = counters;
    this.#sql.use.run(invite);
    this.#sql.insertAllowance.run(allowance, logs, bytes, invites, inHours(until));
  }

  grant(allowance: Uint8Array, invite: NewInvite): void {
    const known = this.#sql.invite.get(invite.hash);
    if (known && !sameBytes(known.tag, invite.tag)) throw new ProtocolError('exists');
    if (known) return;
    this.spend(allowance, { invites: invite.uses });
    this.invite(invite);
  }

  withdraw(allowance: Uint8Array, hash: Uint8Array, tag: Uint8Array): void {
    const known = this.#sql.invite.get(hash);
    if (!known || !sameBytes(known.tag, tag)) return;
    this.#sql.deleteInvite.run(hash);
    this.#sql.change.run(0, 0, -Number(known.uses), allowance);
  }

  retain({ now }: Retention): void {
    this.#sql.deleteExpired.run(now);
  }
}
