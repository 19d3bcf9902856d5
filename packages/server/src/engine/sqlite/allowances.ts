/** Allowances and invites to the server. What an allowance paid for is not written down. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { costOf, type Share, shareOf } from '../../limits/allowance-share.ts';
import { isLate, isPast, keptEnd, MINUTE, MINUTES_OF_HOUR } from '../../limits/invite-end.ts';
import type { Counters, HostInvite, NewInvite, Retention } from '../engine.ts';
import { sameBytes } from './logs.ts';

/** Of the host's own invites: no grant repeats them. */
const NO_TERMS: Uint8Array = new Uint8Array(0);

export class Allowances {
  readonly #sql;
  readonly #now: () => number;

  /** `now`: ms since 1970. */
  constructor(db: DatabaseSync, now: () => number) {
    this.#now = now;
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
        'SELECT uses, until, tag, terms, logs, bytes, invites FROM invite WHERE hash = ?',
      ),
      putInvite: db.prepare(
        `INSERT OR REPLACE INTO invite (hash, uses, until, tag, terms, logs, bytes, invites)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
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
    if (until !== 0 && isLate(until, this.#now())) throw new ProtocolError('expired');
    return { logs, bytes, invites, until: until * MINUTE };
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

  invite({ hash, uses, until, tag, each }: HostInvite, terms = NO_TERMS): void {
    const { logs, bytes, invites } = each;
    this.#sql.putInvite.run(
      hash,
      uses,
      keptEnd(until, this.#now()),
      tag,
      terms,
      logs,
      bytes,
      invites,
    );
  }

  admit(invite: Uint8Array, allowance: Uint8Array): void {
    if (this.#sql.allowance.get(allowance)) return;
    const found = this.#sql.invite.get(invite);
    if (!found) throw new ProtocolError('not-found');
    if (isLate(Number(found.until), this.#now()) || Number(found.uses) < 1) {
      throw new ProtocolError('expired');
    }
    const { logs, bytes, invites } = shareIn(found);
    this.#sql.use.run(invite);
    this.#sql.insertAllowance.run(allowance, logs, bytes, invites, 0);
  }

  grant(allowance: Uint8Array, invite: NewInvite): void {
    const known = this.#sql.invite.get(invite.hash);
    if (known && !sameBytes(known.terms, invite.terms)) throw new ProtocolError('exists');
    if (known) return;
    if (isPast(invite.until, this.#now())) throw new ProtocolError('expired');
    const each = shareOf(this.load(allowance), invite.uses);
    this.spend(allowance, costOf(each, invite.uses));
    this.invite({ ...invite, each }, invite.terms);
  }

  withdraw(allowance: Uint8Array, hash: Uint8Array, tag: Uint8Array): void {
    const known = this.#sql.invite.get(hash);
    if (!known || !sameBytes(known.tag, tag)) throw new ProtocolError('not-found');
    this.#sql.deleteInvite.run(hash);
    const { logs, bytes, invites } = costOf(shareIn(known), Number(known.uses));
    this.#sql.change.run(-logs, -bytes, -invites, allowance);
  }

  /** Late invites stay as long as entries do, so that they can be taken back. */
  retain({ entriesSince }: Retention): void {
    this.#sql.deleteExpired.run(entriesSince * MINUTES_OF_HOUR);
  }
}

function shareIn({ logs, bytes, invites }: Record<string, SQLOutputValue>): Share {
  return { logs: Number(logs), bytes: Number(bytes), invites: Number(invites) };
}
