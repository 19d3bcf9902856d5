/** Allowances and invites to the server. What an allowance paid for is not written down. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { costOf, type Share, shareOf } from '../../allowance-share.ts';
import type { Counters, HostInvite, NewInvite, Retention } from '../../engine.ts';
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
      invite: db.prepare(
        'SELECT uses, until, tag, logs, bytes, invites FROM invite WHERE hash = ?',
      ),
      putInvite: db.prepare(
        `INSERT OR REPLACE INTO invite (hash, uses, until, tag, logs, bytes, invites)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
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
  spend(hash: Uint8Array, cost: Partial<Share>): void {
    const { logs = 0, bytes = 0, invites = 0 } = cost;
    const left = this.load(hash);
    if (left.logs < logs || left.bytes < bytes || left.invites < invites) {
      throw new ProtocolError('quota');
    }
    this.#sql.change.run(logs, bytes, invites, hash);
  }

  invite({ hash, uses, until, tag, each }: HostInvite): void {
    const { logs, bytes, invites } = each;
    this.#sql.putInvite.run(hash, uses, inHours(until), tag, logs, bytes, invites);
  }

  admit(invite: Uint8Array, allowance: Uint8Array): void {
    if (this.#sql.allowance.get(allowance)) return;
    const found = this.#sql.invite.get(invite);
    if (!found) throw new ProtocolError('not-found');
    if (Number(found.until) < this.#hour() || Number(found.uses) < 1) {
      throw new ProtocolError('expired');
    }
    const { logs, bytes, invites } = shareIn(found);
    this.#sql.use.run(invite);
    this.#sql.insertAllowance.run(allowance, logs, bytes, invites, 0);
  }

  grant(allowance: Uint8Array, invite: NewInvite): void {
    const known = this.#sql.invite.get(invite.hash);
    if (known && !sameBytes(known.tag, invite.tag)) throw new ProtocolError('exists');
    if (known) return;
    const each = shareOf(this.load(allowance), invite.uses);
    this.spend(allowance, costOf(each, invite.uses));
    this.invite({ ...invite, each });
  }

  withdraw(allowance: Uint8Array, hash: Uint8Array, tag: Uint8Array): void {
    const known = this.#sql.invite.get(hash);
    if (!known || !sameBytes(known.tag, tag)) return;
    this.#sql.deleteInvite.run(hash);
    const { logs, bytes, invites } = costOf(shareIn(known), Number(known.uses));
    this.#sql.change.run(-logs, -bytes, -invites, allowance);
  }

  /** Late invites stay as long as entries do, so that they can be taken back. */
  retain({ entriesSince }: Retention): void {
    this.#sql.deleteExpired.run(entriesSince);
  }
}

function shareIn({ logs, bytes, invites }: Record<string, SQLOutputValue>): Share {
  return { logs: Number(logs), bytes: Number(bytes), invites: Number(invites) };
}
