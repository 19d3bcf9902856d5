/** Blobs: a row each, and their sealed pieces. */
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Result } from '@polynya/protocol/requests';
import type { DayKeys } from '../../kept/day-keys.ts';
import type { NewBlob, Retention } from '../engine.ts';
import { sameBytes } from './logs.ts';

/** Pieces that one transaction deletes, so that no turn takes long. */
const DELETION_CHUNK = 64;
const EMPTY = new Uint8Array();

interface BlobRow {
  readonly pieces: number;
  /** When it was made: its pieces are sealed under that day's key. */
  readonly hour: number;
}

export class Blobs {
  readonly #sql;
  readonly #keys: DayKeys;
  readonly #hour: () => number;

  constructor(db: DatabaseSync, keys: DayKeys, hour: () => number) {
    this.#keys = keys;
    this.#hour = hour;
    this.#sql = {
      blob: db.prepare('SELECT hash, drop_hash, pieces, bytes, hour FROM blob WHERE blob = ?'),
      insertBlob: db.prepare(
        'INSERT INTO blob (blob, hash, drop_hash, pieces, bytes, hour) VALUES (?, ?, ?, ?, 0, ?)',
      ),
      addBytes: db.prepare('UPDATE blob SET bytes = bytes + ? WHERE blob = ?'),
      // Hour 0 is always too old: if we die before the pieces are gone, retention goes on.
      close: db.prepare('UPDATE blob SET hash = ?, drop_hash = ?, hour = 0 WHERE blob = ?'),
      deleteBlob: db.prepare('DELETE FROM blob WHERE blob = ?'),
      piece: db.prepare('SELECT body FROM piece WHERE blob = ? AND number = ?'),
      numbers: db.prepare('SELECT number FROM piece WHERE blob = ?'),
      insertPiece: db.prepare('INSERT INTO piece (blob, number, body) VALUES (?, ?, ?)'),
      deletePieces: db.prepare(
        `DELETE FROM piece WHERE blob = ?1 AND number IN (
           SELECT number FROM piece WHERE blob = ?1 LIMIT ${DELETION_CHUNK})`,
      ),
      tooOld: db.prepare(
        'SELECT blob FROM blob WHERE hour < ? OR (hour < ? AND bytes > ?) ORDER BY hour LIMIT 1',
      ),
      oldest: db.prepare('SELECT hour FROM blob ORDER BY hour LIMIT 1'),
    };
  }

  /** Makes the blob unless it is there already; says whether it did. @throws exists */
  create({ blob, hash, drop, pieces }: NewBlob): boolean {
    const known = this.#sql.blob.get(blob);
    if (!known) {
      this.#sql.insertBlob.run(blob, hash, drop, pieces, this.#hour());
      return true;
    }
    const same = sameBytes(known.hash, hash) && sameBytes(known.drop_hash, drop);
    if (same && known.pieces === pieces) return false;
    throw new ProtocolError('exists', 'another blob has this id');
  }

  put(blob: Uint8Array, hash: Uint8Array, index: number, body: Uint8Array): void {
    const { pieces, hour } = this.#load(blob, hash);
    if (index >= pieces) throw new ProtocolError('too-big', 'the blob has fewer pieces');
    const known = this.#sql.piece.get(blob, index);
    const place = { id: blob, number: index };
    if (known && sameBytes(this.#keys.open(hour, place, known.body as Uint8Array), body)) return;
    if (known) throw new ProtocolError('exists', 'a stored piece never changes');
    this.#sql.insertPiece.run(blob, index, this.#keys.seal(hour, place, body));
    this.#sql.addBytes.run(body.length, blob);
  }

  get(blob: Uint8Array, hash: Uint8Array, index: number): Uint8Array {
    const { hour } = this.#load(blob, hash);
    const piece = this.#sql.piece.get(blob, index);
    const place = { id: blob, number: index };
    const body = piece && this.#keys.open(hour, place, piece.body as Uint8Array);
    if (!body) throw new ProtocolError('not-found');
    return body;
  }

  stat(blob: Uint8Array, hash: Uint8Array): Result<'stat'> {
    const { pieces } = this.#load(blob, hash);
    const present = new Uint8Array(Math.ceil(pieces / 8));
    for (const { number } of this.#sql.numbers.iterate(blob)) {
      const at = Number(number) >> 3;
      present[at] = (present[at] ?? 0) | (1 << (Number(number) & 7));
    }
    return { pieces, present };
  }

  /** From here on nothing opens the blob; `deletePieces` has to follow. */
  close(blob: Uint8Array, drop: Uint8Array): void {
    const known = this.#sql.blob.get(blob);
    if (!sameBytes(known?.drop_hash, drop)) throw new ProtocolError('not-found');
    this.#sql.close.run(EMPTY, EMPTY, blob);
  }

  /** Deletes a chunk of a blob's pieces, at last the blob; says whether there is more. */
  deletePieces(blob: Uint8Array): boolean {
    if (Number(this.#sql.deletePieces.run(blob).changes) === DELETION_CHUNK) return true;
    this.#sql.deleteBlob.run(blob);
    return false;
  }

  /** Deletes a chunk of the blobs that are too old; says whether there was anything to delete. */
  retain({ blobsSince, largeBlobsSince, largeBlob }: Retention): boolean {
    const old = this.#sql.tooOld.get(blobsSince, largeBlobsSince, largeBlob);
    if (!old) return false;
    this.deletePieces(old.blob as Uint8Array);
    return true;
  }

  /** The hour of the oldest blob, or undefined. */
  oldest(): number | undefined {
    const found = this.#sql.oldest.get();
    return found && Number(found.hour);
  }

  #load(blob: Uint8Array, hash: Uint8Array): BlobRow {
    const known = this.#sql.blob.get(blob);
    if (!known || !sameBytes(known.hash, hash)) throw new ProtocolError('not-found');
    const [bytes, hour] = [Number(known.bytes), Number(known.hour)];
    // Everything in it went with the key.
    if (bytes > 0 && !this.#keys.has(hour)) throw new ProtocolError('not-found');
    return { pieces: Number(known.pieces), hour };
  }
}
