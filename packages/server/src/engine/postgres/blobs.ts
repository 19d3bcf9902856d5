/** Blobs in PostgreSQL: a row each, and their sealed pieces. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Result } from '@polynya/protocol/requests';
import type { DayKeys } from '../../kept/day-keys.ts';
import type { NewBlob, Retention } from '../engine.ts';
import { type Sql, single } from './database.ts';
import { EMPTY } from './log-statements.ts';

/** Pieces that one statement deletes. */
const DELETION_CHUNK = 64;
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

interface BlobRow {
  readonly hash: Uint8Array;
  readonly drop_hash: Uint8Array;
  readonly pieces: number;
  readonly bytes: number;
  /** When it was made: its pieces are sealed under that day's key. */
  readonly hour: number;
}

/** The statements run in the transaction, or on the pool, that they are given. */
export class Blobs {
  readonly #keys: DayKeys;
  readonly #hour: () => number;

  constructor(keys: DayKeys, hour: () => number) {
    this.#keys = keys;
    this.#hour = hour;
  }

  /** Makes the blob unless it is there already; says whether it did. @throws exists */
  async create(sql: Sql, { blob, hash, drop, pieces }: NewBlob): Promise<boolean> {
    const known = await this.#row(sql, blob);
    if (!known) {
      await sql.query(
        `INSERT INTO blob (blob, hash, drop_hash, pieces, bytes, hour)
         VALUES ($1, $2, $3, $4, 0, $5)`,
        [blob, hash, drop, pieces, this.#hour()],
      );
      return true;
    }
    const secrets = same(known.hash, hash) && same(known.drop_hash, drop);
    if (secrets && known.pieces === pieces) return false;
    throw new ProtocolError('exists', 'another blob has this id');
  }

  async put(
    sql: Sql,
    blob: Uint8Array,
    hash: Uint8Array,
    index: number,
    body: Uint8Array,
  ): Promise<void> {
    const { pieces, hour } = await this.#load(sql, blob, hash);
    if (index >= pieces) throw new ProtocolError('too-big', 'the blob has fewer pieces');
    const known = await this.#piece(sql, blob, index);
    const place = { id: blob, number: index };
    const opened = known && this.#keys.open(hour, place, known);
    if (opened && same(opened, body)) return;
    if (known) throw new ProtocolError('exists', 'a stored piece never changes');
    const sealed = this.#keys.seal(hour, place, body);
    await sql.query('INSERT INTO piece (blob, number, body) VALUES ($1, $2, $3)', [
      blob,
      index,
      sealed,
    ]);
    await sql.query('UPDATE blob SET bytes = bytes + $2 WHERE blob = $1', [blob, body.length]);
  }

  async get(sql: Sql, blob: Uint8Array, hash: Uint8Array, index: number): Promise<Uint8Array> {
    const { hour } = await this.#load(sql, blob, hash);
    const piece = await this.#piece(sql, blob, index);
    const body = piece && this.#keys.open(hour, { id: blob, number: index }, piece);
    if (!body) throw new ProtocolError('not-found');
    return body;
  }

  async stat(sql: Sql, blob: Uint8Array, hash: Uint8Array): Promise<Result<'stat'>> {
    const { pieces } = await this.#load(sql, blob, hash);
    const present = new Uint8Array(Math.ceil(pieces / 8));
    const text = 'SELECT number FROM piece WHERE blob = $1';
    for (const { number } of await sql.query<{ number: number }>(text, [blob])) {
      present[number >> 3] = (present[number >> 3] ?? 0) | (1 << (number & 7));
    }
    return { pieces, present };
  }

  /** From here on nothing opens the blob; `deletePieces` has to follow. */
  async close(sql: Sql, blob: Uint8Array, drop: Uint8Array): Promise<void> {
    // Hour 0 is always too old: if we die before the pieces are gone, retention goes on.
    const [closed] = await sql.query(
      `UPDATE blob SET hash = $3, drop_hash = $3, hour = 0 WHERE blob = $1 AND drop_hash = $2
       RETURNING 1 AS closed`,
      [blob, drop, EMPTY],
    );
    if (!closed) throw new ProtocolError('not-found');
  }

  /** Deletes a chunk of a blob's pieces, at last the blob; says whether there is more. */
  async deletePieces(sql: Sql, blob: Uint8Array): Promise<boolean> {
    const deleted = await sql.query(
      `DELETE FROM piece WHERE blob = $1 AND number IN (
         SELECT number FROM piece WHERE blob = $1 LIMIT ${DELETION_CHUNK}) RETURNING number`,
      [blob],
    );
    if (deleted.length === DELETION_CHUNK) return true;
    await sql.query('DELETE FROM blob WHERE blob = $1', [blob]);
    return false;
  }

  /** Deletes a chunk of the blobs that are too old; about how much it counted, undefined for none. */
  async retain(
    sql: Sql,
    { blobsSince, largeBlobsSince, largeBlob }: Retention,
  ): Promise<number | undefined> {
    const old = await single<{ blob: Uint8Array; bytes: number }>(
      sql,
      `SELECT blob, bytes FROM blob WHERE hour < $1 OR (hour < $2 AND bytes > $3)
       ORDER BY hour LIMIT 1`,
      [blobsSince, largeBlobsSince, largeBlob],
    );
    if (!old) return undefined;
    return (await this.deletePieces(sql, old.blob)) ? 0 : old.bytes;
  }

  /** The hour of the oldest blob, or undefined. */
  async oldest(sql: Sql): Promise<number | undefined> {
    const text = 'SELECT hour FROM blob ORDER BY hour LIMIT 1';
    return (await single<{ hour: number }>(sql, text, []))?.hour;
  }

  #row(sql: Sql, blob: Uint8Array): Promise<BlobRow | undefined> {
    const text = 'SELECT hash, drop_hash, pieces, bytes, hour FROM blob WHERE blob = $1';
    return single<BlobRow>(sql, text, [blob]);
  }

  async #piece(sql: Sql, blob: Uint8Array, index: number): Promise<Uint8Array | undefined> {
    const text = 'SELECT body FROM piece WHERE blob = $1 AND number = $2';
    return (await single<{ body: Uint8Array }>(sql, text, [blob, index]))?.body;
  }

  async #load(sql: Sql, blob: Uint8Array, hash: Uint8Array): Promise<BlobRow> {
    const known = await this.#row(sql, blob);
    if (!known || !same(known.hash, hash)) throw new ProtocolError('not-found');
    // Everything in it went with the key.
    if (known.bytes > 0 && !this.#keys.has(known.hour)) throw new ProtocolError('not-found');
    return known;
  }
}
