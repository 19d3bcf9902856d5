/**
 * A PostgreSQL cluster of its own in a temporary folder, reached by a socket in it, for tests. It refuses
 * to run as root, so root starts it as `nobody`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

const NOBODY = 65_534;
/** Where Debian puts the programs of each version. */
const DEBIAN = '/usr/lib/postgresql';

const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** The folder of `initdb` and `postgres`, or undefined where they are not installed. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  const found = versions.map((version) => join(DEBIAN, String(version), 'bin'));
  const inPath = (process.env.PATH ?? '').split(':');
  return [...found, ...inPath].find((folder) => existsSync(join(folder, 'initdb')));
}

/** Why PostgreSQL's tests are skipped, for their titles; '' where they run. */
export const missingPostgres = findPostgres()
  ? ''
  : ' (skipped: install PostgreSQL 15, for instance by apt-get install postgresql)';

export interface ClusterOptions {
  /** Off where it is not what a test is about: it takes a tenth of the time. */
  readonly fsync: boolean;
}

export class PostgresCluster {
  readonly url: string;
  readonly #folder: string;
  readonly #options: ClusterOptions;
  #server: ChildProcess | undefined;

  private constructor(folder: string, options: ClusterOptions) {
    this.#folder = folder;
    this.#options = options;
    this.url = `postgres://polynya@/postgres?host=${encodeURIComponent(folder)}`;
  }

  static async start(options: ClusterOptions = { fsync: false }): Promise<PostgresCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'polynya-pg-'));
    if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
    const initdb = [...['--auth=trust', '--username=polynya', '--encoding=UTF8'], '--no-sync'];
    const args = [...initdb, '--locale=C', '-D', join(folder, 'data')];
    execFileSync(program('initdb'), args, { ...identity, cwd: folder, stdio: 'ignore' });
    const cluster = new PostgresCluster(folder, options);
    await cluster.begin();
    return cluster;
  }

  /** Starts the server, for the first time or after it was killed, and waits until it answers. */
  async begin(): Promise<void> {
    const { fsync } = this.#options;
    const settings = {
      listen_addresses: '',
      unix_socket_directories: this.#folder,
      fsync: fsync ? 'on' : 'off',
      shared_buffers: '32MB',
      max_connections: '60',
    };
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#server = spawn(program('postgres'), ['-D', join(this.#folder, 'data'), ...given], {
      ...identity,
      cwd: this.#folder,
      stdio: 'ignore',
    });
    for (const patience = AbortSignal.timeout(30_000); !(await this.#answers()); ) {
      patience.throwIfAborted();
      await setTimeout(50);
    }
  }

  /** As the host's administrator. */
  async query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Leaves nothing in the tables. */
  async empty(): Promise<void> {
    const tables = await this.query(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace`,
    );
    // Faster than TRUNCATE, which makes a new file for each partition and index.
    await this.query(tables.map(({ name }) => `DELETE FROM ${name};`).join(''));
  }

  #answers(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** SIGQUIT is PostgreSQL's own "as if it had crashed": all of its processes end at once. */
  async kill(): Promise<void> {
    await this.#end('SIGQUIT');
  }

  async stop(): Promise<void> {
    await this.#end('SIGINT');
    rmSync(this.#folder, { recursive: true });
  }

  async #end(signal: 'SIGQUIT' | 'SIGINT'): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }
}

function program(name: string): string {
  const folder = findPostgres();
  if (!folder) throw new Error('PostgreSQL is not installed');
  return join(folder, name);
}
