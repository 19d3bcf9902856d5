/**
 * The way to PostgreSQL: a pool of connections to the server that is the primary now, forward-only migrations
 * under a lock, and what its errors mean (https://www.postgresql.org/docs/15/errcodes-appendix.html). A lost connection refuses what was
 * under way, whose outcome nobody knows, and the next statement opens another: requests are idempotent.
 */
import { Socket } from 'node:net';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import pg from 'pg';
import { StorageError } from '../engine.ts';
import { sql as first } from './migrations/0001-first.ts';
import { sql as terms } from './migrations/0002-terms.ts';
import { sql as processes } from './migrations/0003-processes.ts';
import { sql as copied } from './migrations/0004-copied.ts';
import { sql as subscriptions } from './migrations/0005-subscriptions.ts';
import { findPrimary, serversIn } from './primary.ts';

/** `migrations[i]` leads from version i to i + 1. Only ever appended to. */
const migrations: readonly string[] = [first, terms, processes, copied, subscriptions];

const CONNECTIONS = 10;
/** How often it is looked which of several servers is the primary, in ms. */
const LOOK_MS = 1_000;
/** Holds whoever else would migrate the same database: any number that nobody else uses. */
const MIGRATION_LOCK = 7_091_423;
/** Tries of a transaction that others got in the way of (count). */
const TRIES = 20;

const OID = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25 } as const;
/** Values as the engine speaks of them: numbers up to 2^53 - 1, and bytes. */
const types = {
  getTypeParser(oid: number, format?: string) {
    if (format === 'binary') throw new Error('values are read in text form');
    if (oid === OID.bytea) return (hex: string) => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
    if (oid === OID.bool) return (text: string) => text === 't';
    if (oid === OID.int8 || oid === OID.int4 || oid === OID.int2) return Number;
    return (text: string) => text;
  },
};

export type Value = Uint8Array | number | boolean | string | readonly Value[];
type Row = Record<string, unknown>;

/** Where statements go: the pool, or one transaction. */
export interface Sql {
  query<T extends object = Row>(text: string, values?: readonly Value[]): Promise<T[]>;
}

export class Database implements Sql {
  readonly #servers: readonly string[];
  #primary: string;
  /** Of the pool's connections. */
  readonly #sockets = new Set<Socket>();
  #pool: pg.Pool;
  #looking: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(servers: readonly string[], primary: string) {
    this.#servers = servers;
    this.#primary = primary;
    this.#pool = this.#newPool();
  }

  /** Connects and migrates. @throws StorageError */
  static async open(url: string): Promise<Database> {
    const servers = serversIn(url);
    const [only = url] = servers;
    const primary = servers.length > 1 ? await findPrimary(servers) : only;
    if (primary === undefined) {
      const why = 'None of the PostgreSQL servers answers as a primary.';
      throw new StorageError('unavailable', why);
    }
    const database = new Database(servers, primary);
    try {
      await database.#migrate();
      if (servers.length > 1) database.#lookLater();
      return database;
    } catch (error) {
      await database.close();
      throw error instanceof StorageError ? error : asFault(error);
    }
  }

  async query<T extends object = Row>(text: string, values: readonly Value[] = []): Promise<T[]> {
    try {
      return (await this.#pool.query(text, values as unknown[])).rows as T[];
    } catch (error) {
      throw asFault(error);
    }
  }

  /**
   * Runs `run` in a transaction, again where another transaction got in its way; a refusal undoes it.
   * @throws ProtocolError, StorageError
   */
  async transaction<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(run);
      } catch (error) {
        if (!isConflict(error) || tries === TRIES) throw asFault(error);
      }
    }
  }

  /** A connection of one's own, for `LISTEN`. The caller gives it back. @throws StorageError */
  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw asFault(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#looking);
    await this.#pool.end();
  }

  #newPool(): pg.Pool {
    const pool = new pg.Pool({
      connectionString: this.#primary,
      max: CONNECTIONS,
      types: types as never,
      stream: () => {
        const socket = new Socket();
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
        return socket;
      },
    });
    // An idle connection broke; the next statement opens another.
    pool.on('error', () => undefined);
    return pool;
  }

  #lookLater(): void {
    this.#looking = setTimeout(async () => {
      const found = await findPrimary(this.#servers);
      if (this.#closed) return;
      if (found !== undefined && found !== this.#primary) this.#turnTo(found);
      this.#lookLater();
    }, LOOK_MS).unref();
  }

  /** What is under way with the old primary, which may never answer, is refused: nobody knows its outcome. */
  #turnTo(primary: string): void {
    const before = this.#pool;
    const sockets = [...this.#sockets];
    this.#primary = primary;
    this.#pool = this.#newPool();
    before.end().catch(() => undefined);
    for (const socket of sockets) socket.destroy();
  }

  async #once<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const value = await run({
        query: async (text, values = []) =>
          (await client.query(text, values as unknown[])).rows as never,
      });
      await client.query('COMMIT');
      return value;
    } catch (error) {
      await client.query('ROLLBACK').catch((why: Error) => {
        broken = why;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #migrate(): Promise<void> {
    await this.transaction(async (sql) => {
      await sql.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await sql.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)');
      const [known] = await sql.query<{ version: number }>('SELECT version FROM schema_version');
      const version = known?.version ?? 0;
      if (version > migrations.length) {
        throw new StorageError(
          'newer',
          `The database was made by a newer version of this program (schema ${version}, this one knows ${migrations.length}): start that version, or use another database.`,
        );
      }
      for (const migration of migrations.slice(version)) await sql.query(migration);
      if (known) await sql.query('UPDATE schema_version SET version = $1', [migrations.length]);
      else await sql.query('INSERT INTO schema_version VALUES ($1)', [migrations.length]);
    });
  }
}

/** Rows of several statements in one array of each column, for `unnest`. */
export function columns<T extends object>(rows: readonly T[], ...names: (keyof T)[]): Value[] {
  return names.map((name) => rows.map((row) => row[name]) as Value[]);
}

/** The row under a unique key, if there is one. */
export async function single<T extends object = Row>(
  sql: Sql,
  text: string,
  values: readonly Value[],
): Promise<T | undefined> {
  return (await sql.query<T>(text, values))[0];
}

function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01' || code === '23505';
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

/** What an error means to whoever asked: `full`, or a StorageError; refusals and bugs are themselves. */
function asFault(error: unknown): unknown {
  if (error instanceof ProtocolError || error instanceof StorageError) return error;
  const code = codeOf(error);
  if (code === '53100') return new ProtocolError('full', 'the disk is full');
  const why = error instanceof Error ? error.message : String(error);
  const message = `The PostgreSQL database does not answer (${code ?? why}).`;
  // Without a code of five letters it is a connection's, and else of a class that is not about our SQL.
  const ours = code !== undefined && /^(22|23|26|42)/.test(code) && code.length === 5;
  return ours ? error : new StorageError('unavailable', message, error);
}
