/** The table of server processes: each writes its row every few seconds, and those that stop are forgotten. */
import type { ProcessTable, ServerProcess } from '../engine.ts';
import type { Database } from './database.ts';

/** Who was not there for so long is gone: some beats of a slow database. */
const ALIVE = '20 seconds';
const FORGOTTEN = '1 hour';

interface Row extends Omit<ServerProcess, 'keys'> {
  /** Joined, in hexadecimal. */
  readonly keys: string;
}

export class Processes implements ProcessTable {
  readonly #database: Database;
  readonly #tell: () => void;
  readonly #listeners: (() => void)[] = [];

  constructor(database: Database, tell: () => void) {
    this.#database = database;
    this.#tell = tell;
  }

  async beat({ number, address, keys, serial }: ServerProcess): Promise<ServerProcess[]> {
    await this.#database.query(
      `INSERT INTO process (number, address, keys, serial, heard)
       VALUES ($1, $2, $3::bytea[], $4, clock_timestamp())
       ON CONFLICT (number) DO UPDATE SET address = excluded.address, keys = excluded.keys,
         serial = excluded.serial, heard = excluded.heard`,
      [number, address, keys, serial],
    );
    await this.#database.query(
      `DELETE FROM process WHERE heard < clock_timestamp() - interval '${FORGOTTEN}'`,
    );
    const rows = await this.#database.query<Row>(
      `SELECT number, address, serial,
         (SELECT coalesce(string_agg(encode(key, 'hex'), ','), '') FROM unnest(keys) AS key) AS keys
       FROM process WHERE heard > clock_timestamp() - interval '${ALIVE}' ORDER BY number`,
    );
    return rows.map((row) => ({ ...row, keys: keysIn(row.keys) }));
  }

  changed(): void {
    this.#tell();
  }

  async leave(number: number): Promise<void> {
    await this.#database.query('DELETE FROM process WHERE number = $1', [number]);
    this.#tell();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Another process said that the table changed. */
  hear(): void {
    for (const listener of this.#listeners) listener();
  }
}

const keysIn = (joined: string): Uint8Array[] =>
  joined === '' ? [] : joined.split(',').map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
