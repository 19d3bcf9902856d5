/** Allowances and invites to the server in PostgreSQL. What an allowance paid for is not written down. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { costOf, type Share, shareOf } from '../../limits/allowance-share.ts';
import { isLate, isPast, keptEnd, MINUTE, MINUTES_OF_HOUR } from '../../limits/invite-end.ts';
import type { Counters, HostInvite, NewInvite, Retention } from '../engine.ts';
import { type Sql, single } from './database.ts';

const RETENTION_CHUNK = 256;
/** Of the host's own invites: no grant repeats them. */
const NO_TERMS: Uint8Array = new Uint8Array(0);
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

interface InviteRow extends Share {
  readonly uses: number;
  readonly until: number;
  readonly tag: Uint8Array;
  readonly terms: Uint8Array;
}

/** The statements run in the transaction that they are given. */
export class Allowances {
  readonly #now: () => number;

  /** `now`: ms since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `lock` keeps others from spending until the transaction ends. @throws not-found, expired */
  async load(sql: Sql, hash: Uint8Array, lock = false): Promise<Counters> {
    const text = `SELECT logs, bytes, invites, until FROM allowance WHERE hash = $1 ${lock ? 'FOR UPDATE' : ''}`;
    const found = await single<Counters>(sql, text, [hash]);
    if (!found) throw new ProtocolError('not-found');
    const { until } = found;
    if (until !== 0 && isLate(until, this.#now())) throw new ProtocolError('expired');
    return { ...found, until: until * MINUTE };
  }

  /** Takes these counts off an allowance. @throws not-found, expired, quota */
  async spend(sql: Sql, hash: Uint8Array, cost: Partial<Share>): Promise<void> {
    const { logs = 0, bytes = 0, invites = 0 } = cost;
    const left = await this.load(sql, hash, true);
    if (left.logs < logs || left.bytes < bytes || left.invites < invites) {
      throw new ProtocolError('quota');
    }
    await this.#change(sql, hash, { logs: -logs, bytes: -bytes, invites: -invites });
  }

  async invite(
    sql: Sql,
    { hash, uses, until, tag, each }: HostInvite,
    terms = NO_TERMS,
  ): Promise<void> {
    await sql.query(
      `INSERT INTO invite (hash, uses, until, tag, terms, logs, bytes, invites)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (hash) DO UPDATE SET uses = $2, until = $3, tag = $4, terms = $5, logs = $6,
         bytes = $7, invites = $8`,
      [hash, uses, keptEnd(until, this.#now()), tag, terms, each.logs, each.bytes, each.invites],
    );
  }

  async admit(sql: Sql, invite: Uint8Array, allowance: Uint8Array): Promise<void> {
    const found = await this.#invite(sql, invite);
    // After the lock, so that a repeat which ran beside the first sees what it made.
    const [known] = await sql.query('SELECT FROM allowance WHERE hash = $1', [allowance]);
    if (known) return;
    if (!found) throw new ProtocolError('not-found');
    if (isLate(found.until, this.#now()) || found.uses < 1) throw new ProtocolError('expired');
    await sql.query('UPDATE invite SET uses = uses - 1 WHERE hash = $1', [invite]);
    await sql.query(
      'INSERT INTO allowance (hash, logs, bytes, invites, until) VALUES ($1, $2, $3, $4, 0)',
      [allowance, found.logs, found.bytes, found.invites],
    );
  }

  async grant(sql: Sql, allowance: Uint8Array, invite: NewInvite): Promise<void> {
    const known = await this.#invite(sql, invite.hash);
    if (known && !same(known.terms, invite.terms)) throw new ProtocolError('exists');
    if (known) return;
    if (isPast(invite.until, this.#now())) throw new ProtocolError('expired');
    const each = shareOf(await this.load(sql, allowance, true), invite.uses);
    await this.spend(sql, allowance, costOf(each, invite.uses));
    await this.invite(sql, { ...invite, each }, invite.terms);
  }

  async withdraw(
    sql: Sql,
    allowance: Uint8Array,
    hash: Uint8Array,
    tag: Uint8Array,
  ): Promise<void> {
    const known = await this.#invite(sql, hash);
    if (!known || !same(known.tag, tag)) throw new ProtocolError('not-found');
    await sql.query('DELETE FROM invite WHERE hash = $1', [hash]);
    await this.#change(sql, allowance, costOf(known, known.uses));
  }

  /** Late invites stay as long as entries do, so that they can be taken back. */
  async retain(sql: Sql, { entriesSince }: Retention): Promise<void> {
    await sql.query(
      `DELETE FROM invite WHERE hash IN (
         SELECT hash FROM invite WHERE until < $1 LIMIT ${RETENTION_CHUNK})`,
      [entriesSince * MINUTES_OF_HOUR],
    );
  }

  /**
   * Writes all allowances anew in one transaction: PostgreSQL keeps with each row which one wrote it (`xmin`), and
   * that is, until then, the one that wrote what was paid for.
   */
  async mix(sql: Sql): Promise<void> {
    await sql.query('UPDATE allowance SET until = until');
  }

  #invite(sql: Sql, hash: Uint8Array): Promise<InviteRow | undefined> {
    const text = `SELECT uses, until, tag, terms, logs, bytes, invites FROM invite WHERE hash = $1
      FOR UPDATE`;
    return single<InviteRow>(sql, text, [hash]);
  }

  async #change(sql: Sql, hash: Uint8Array, { logs, bytes, invites }: Share): Promise<void> {
    await sql.query(
      `UPDATE allowance SET logs = logs + $2, bytes = bytes + $3, invites = invites + $4
       WHERE hash = $1`,
      [hash, logs, bytes, invites],
    );
  }
}
