/**
 * What the host of a running server may ask and do: one place for the command line, the host's page and
 * the metrics. Nothing here is about a person, because nothing is known of people.
 */
import { statfs } from 'node:fs/promises';
import type { Random } from '@polynya/reach/clock';
import type { SteadyClock } from '@polynya/reach/steady-clock';
import type { BackupReport } from '../backup/backup.ts';
import type { Config } from '../config.ts';
import type { Retaining } from '../delivery/retention.ts';
import { type Engine, StorageError } from '../engine/engine.ts';
import type { Quotas, TableCensus } from '../engine/engine-survey.ts';
import type { MoveReport } from '../migrate/move.ts';
import type { WriteGate } from '../migrate/write-gate.ts';
import type { BridgeList } from '../whereabouts/shelves.ts';

export interface HostDeskOptions {
  readonly engine: Engine;
  readonly config: Config;
  readonly dataDir: string;
  readonly storage: 'sqlite' | 'postgres';
  readonly clock: SteadyClock;
  readonly random: Random;
  readonly retention: Retaining;
  readonly bridges: BridgeList;
  readonly gate: WriteGate;
  /** What is open now. */
  readonly connections: () => number;
  readonly sessions: () => number;
  readonly watched: () => number;
}

export interface ServerStatus {
  readonly storage: 'sqlite' | 'postgres';
  readonly upSeconds: number;
  readonly connections: number;
  readonly sessions: number;
  /** Logs that somebody watches. */
  readonly watched: number;
  readonly storedBytes: number;
  /** Left on the disk of the data folder. */
  readonly freeBytes: number;
  /** Of this process. */
  readonly memoryBytes: number;
  readonly keep: Config['keep'];
  /** Seconds since 1970 when retention ran last; null before the first run. */
  readonly retained: number | null;
}

export interface PruneReport {
  readonly storedBefore: number;
  readonly storedAfter: number;
  readonly seconds: number;
}

export class HostDesk {
  readonly #options: HostDeskOptions;
  readonly #started: number;

  constructor(options: HostDeskOptions) {
    this.#options = options;
    this.#started = options.clock.steady();
  }

  get config(): Config {
    return this.#options.config;
  }

  /** @throws StorageError */
  async status(): Promise<ServerStatus> {
    const { engine, dataDir, storage, clock, config, retention } = this.#options;
    const { bavail, bsize } = await statfs(dataDir);
    return {
      storage,
      upSeconds: Math.floor((clock.steady() - this.#started) / 1_000),
      connections: this.#options.connections(),
      sessions: this.#options.sessions(),
      watched: this.#options.watched(),
      storedBytes: await engine.size(),
      freeBytes: bavail * bsize,
      memoryBytes: process.memoryUsage.rss(),
      keep: config.keep,
      retained: retention.last() === undefined ? null : Math.floor((retention.last() ?? 0) / 1_000),
    };
  }

  /** @throws StorageError */
  quotas(): Promise<Quotas> {
    return this.#options.engine.quotas();
  }

  /** @throws StorageError */
  census(): Promise<TableCensus[]> {
    return this.#options.engine.census();
  }

  /** The bridges that stand now, shelf by shelf, once some were added and others taken away. @throws StorageError, BridgeError */
  async bridges(
    add: readonly string[],
    remove: readonly string[],
  ): Promise<readonly (readonly string[])[]> {
    const { bridges } = this.#options;
    if (add.length > 0) await bridges.add(add);
    if (remove.length > 0) await bridges.remove(remove);
    return bridges.shelves.lists;
  }

  /** Deletes what is too old, now; with `days`, also what is older than that. @throws StorageError */
  async prune(days?: number): Promise<PruneReport> {
    const { engine, config, retention, clock } = this.#options;
    const keep =
      days === undefined
        ? config.keep
        : {
            ...config.keep,
            days: Math.min(days, config.keep.days),
            largeBlobDays: Math.min(days, config.keep.largeBlobDays),
          };
    const before = await engine.size();
    const started = clock.steady();
    await retention.run(keep);
    const seconds = (clock.steady() - started) / 1_000;
    return { storedBefore: before, storedAfter: await engine.size(), seconds };
  }

  /** @throws StorageError */
  async backup(file: string, keysFile: string): Promise<BackupReport> {
    const { engine, dataDir, config, clock, random } = this.#options;
    const now = () => clock.now();
    const keepDays = config.keep.days;
    const { makeBackup } = await import('../backup/backup.ts');
    return makeBackup({ engine, dataDir, keepDays, file, keysFile, now, random });
  }

  /**
   * Moves everything to a PostgreSQL database, while who reads goes on and who writes is put off; they are as
   * long as this process runs once it succeeded, because what they wrote would stay behind. @throws StorageError
   */
  async move(postgres: string): Promise<MoveReport> {
    const { engine, dataDir, gate, random, storage } = this.#options;
    if (storage === 'postgres') {
      throw new StorageError('in-use', 'This server is on PostgreSQL already.');
    }
    const { moveToPostgres } = await import('../migrate/move.ts');
    await gate.close();
    try {
      return await moveToPostgres({ engine, dataDir, postgres, random });
    } catch (error) {
      gate.reopen();
      throw error;
    }
  }
}
