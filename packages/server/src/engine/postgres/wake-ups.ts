/**
 * Tells the other server processes of one database that something was appended. What travels is the
 * numbers of shards, by NOTIFY in transactions of its own: it takes a lock over the whole database at
 * commit (PostgreSQL 15, "NOTIFY"), which appends must not wait for.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Database } from './database.ts';

const CHANNEL = 'polynya_shards';
/** A hash bucket of logs: enough that few logs share one, few enough that a notice lists many. */
const SHARDS = 1_024;
/** Appends are told of together, so often at most. In ms. */
const PAUSE = 10;
/** How long to wait before listening is tried again. In ms. */
const RETRY = 1_000;
/** NOTIFY's payload is below 8,000 bytes: more shards at once are told as all of them. */
const MOST = 1_000;
const ALL = '*';
/** Told instead of shards when a process came, went or has another key. */
const PROCESSES = '@';

export const shardOf = (log: Uint8Array): number => ((log[0] ?? 0) * 256 + (log[1] ?? 0)) % SHARDS;

export interface WakeUpsOptions {
  readonly database: Database;
  /** Of this process: its own notices it need not hear. */
  readonly name: string;
  /** Hears in which shards others appended; undefined: in any, as after a time without hearing. */
  readonly woken: (shards: ReadonlySet<number> | undefined) => void;
  /** Hears that the table of processes changed. */
  readonly processes: () => void;
}

export class WakeUps {
  readonly #options: WakeUpsOptions;
  readonly #name: string;
  readonly #shards = new Set<number>();
  #listening: pg.PoolClient | undefined;
  #telling: NodeJS.Timeout | undefined;
  #retrying: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: WakeUpsOptions) {
    this.#options = options;
    this.#name = createHash('sha256').update(options.name).digest('base64url').slice(0, 12);
  }

  /** Listens until `stop`, over lost connections. */
  async listen(): Promise<void> {
    const { database, woken } = this.#options;
    try {
      const client = await database.connect();
      this.#listening = client;
      client.on('notification', ({ payload = '' }) => this.#hear(payload));
      client.once('error', () => this.#lost(client));
      await client.query(`LISTEN ${CHANNEL}`);
      // What came while nobody listened.
      woken(undefined);
    } catch {
      // Retried: appends and reads go on without.
      this.#lost(this.#listening);
    }
  }

  /** Something was appended to these logs, and is durable. */
  tell(logs: readonly Uint8Array[]): void {
    for (const log of logs) this.#shards.add(shardOf(log));
    if (this.#shards.size > 0 && !this.#stopped) {
      this.#telling ??= setTimeout(() => this.#notify(), PAUSE).unref();
    }
  }

  /** The table of processes changed. */
  tellProcesses(): void {
    if (!this.#stopped) this.#send(PROCESSES);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#telling);
    clearTimeout(this.#retrying);
    this.#listening?.release(true);
    this.#listening = undefined;
  }

  #notify(): void {
    const told = this.#shards.size > MOST ? ALL : [...this.#shards].join(',');
    this.#shards.clear();
    this.#telling = undefined;
    this.#send(told);
  }

  #send(told: string): void {
    const payload = `${this.#name} ${told}`;
    this.#options.database
      .query('SELECT pg_notify($1, $2)', [CHANNEL, payload])
      // Watchers of other processes find out by their next heartbeat.
      .catch(() => undefined);
  }

  #hear(payload: string): void {
    const [name, shards = ''] = payload.split(' ');
    if (name === this.#name) return;
    if (shards === PROCESSES) this.#options.processes();
    else this.#options.woken(shards === ALL ? undefined : new Set(shards.split(',').map(Number)));
  }

  #lost(client: pg.PoolClient | undefined): void {
    if (client && client === this.#listening) {
      this.#listening = undefined;
      client.release(true);
    }
    if (!this.#stopped) this.#retrying = setTimeout(() => this.listen(), RETRY).unref();
  }
}
