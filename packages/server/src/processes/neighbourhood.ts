/**
 * The other processes of this server: who they are, by the table in the database that they share, and the
 * way to each. A session belongs to the process that made it; what others take in for it is handed on.
 */
import type { RequestListener } from 'node:http';
import { equal } from '@polynya/protocol/bytes';
import type { Random } from '@polynya/reach/clock';
import type { Neighbour } from '@polynya/reach/server/neighbour';
import type { ServerSessions } from '@polynya/reach/server/server-sessions';
import { ConfigError } from '../config.ts';
import type { ProcessTable, ServerProcess } from '../engine/engine.ts';
import type { TokenBuckets } from '../limits/token-bucket.ts';
import type { BridgeList } from '../whereabouts/shelves.ts';
import { InsideClient } from './inside-client.ts';
import { type InsideServer, startInside } from './inside-server.ts';
import { insideKey } from './inside-tls.ts';
import { bytesOf, decodeSignals, encodeSignals, type Signal } from './signal-batch.ts';
import { decodeTaken, encodeTaken } from './taken-batch.ts';

const BEAT_MS = 5_000;
/** How often what was taken of rates is told: so long a client may have a burst of each process. */
const TAKEN_MS = 1_000;
/** Signals are told together, so often at most. */
const PAUSE_MS = 10;
/** Of signals that wait, beyond which more are dropped. */
const WAITING = 1_048_576;

export interface NeighbourhoodOptions {
  readonly table: ProcessTable;
  /** Where this process is reached by the others. */
  readonly host: string;
  readonly port: number;
  /** See `insideKey`. */
  readonly key: Buffer;
  readonly random: Random;
  /** Hands on what came for those who watch here. */
  readonly signal: (log: Uint8Array, body: Uint8Array) => void;
  /** What the processes of a server share. */
  readonly rates: TokenBuckets;
  readonly bridges: Pick<BridgeList, 'said' | 'adopt'>;
  readonly report: (error: unknown) => void;
}

/** Undefined where this process is alone. @throws ConfigError for a database that is one process's alone */
export function openNeighbourhood(
  inside: Pick<NeighbourhoodOptions, 'host' | 'port'> | undefined,
  table: ProcessTable | undefined,
  {
    handleKey,
    ...rest
  }: Pick<NeighbourhoodOptions, 'random' | 'signal' | 'rates' | 'bridges' | 'report'> & {
    readonly handleKey: Uint8Array;
  },
): Neighbourhood | undefined {
  if (!inside) return undefined;
  if (table) return new Neighbourhood({ table, ...inside, ...rest, key: insideKey(handleKey) });
  throw new ConfigError('Several processes share a PostgreSQL database: SQLite is for one alone.');
}

interface Known {
  readonly process: ServerProcess;
  readonly client: InsideClient;
  /** What it heard of bridges from here. */
  bridges: string;
}

export class Neighbourhood {
  /** Of this process, for its handles. */
  readonly number: number;
  readonly #options: NeighbourhoodOptions;
  #sessions: ServerSessions | undefined;
  #inside: InsideServer | undefined;
  #shown: Pick<ServerProcess, 'keys' | 'serial'> = { keys: [], serial: 0 };
  readonly #known = new Map<number, Known>();
  /** By the id of a record key, in latin1. */
  readonly #byKey = new Map<string, Neighbour>();
  #beating: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #taking: NodeJS.Timeout | undefined;
  #signals: Signal[] = [];
  #waiting = 0;
  #telling: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: NeighbourhoodOptions) {
    const [high = 0, low = 0] = options.random(2);
    this.#options = options;
    this.number = (high << 8) | low;
    options.table.onChange(() => this.#beat());
  }

  /** The highest serial of the records that are shown now, 0 if there are none. @throws StorageError */
  async highestSerial(): Promise<number> {
    const rows = await this.#options.table.beat(this.#row(''));
    return Math.max(0, ...rows.map(({ serial }) => serial));
  }

  /** This process has other record keys, or shows another record, from now on. */
  show(keys: readonly Uint8Array[], serial: number): void {
    this.#shown = { keys, serial };
    if (!this.#inside) return;
    this.#beat();
    this.#beating.then(() => this.#options.table.changed());
  }

  /** Listens, and lets the others know. Rejects with the platform's error, or a StorageError. */
  async join(sessions: ServerSessions, post: RequestListener): Promise<void> {
    const { host, key, port, rates, signal, table, bridges, report } = this.#options;
    this.#sessions = sessions;
    const hear = {
      signals: (batch: Buffer) => {
        for (const { log, body } of decodeSignals(batch) ?? []) signal(log, body);
      },
      taken: (batch: Buffer) => rates.takenElsewhere(decodeTaken(batch) ?? []),
      bridges: (batch: Buffer) => void bridges.adopt(batch.toString()).catch(report),
    };
    // From the first request on.
    rates.takenSince();
    this.#inside = await startInside({ host, port, key, sessions, post, hear });
    await this.#look();
    table.changed();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref();
    this.#taking = setInterval(() => this.#tellTaken(), TAKEN_MS).unref();
  }

  /** See `FindNeighbour`. */
  readonly find = (prefix: Uint8Array, exchange?: Uint8Array): Neighbour | undefined => {
    if (this.#known.size === 0) return undefined;
    const issuer = this.#sessions?.issuer(prefix);
    if (issuer !== undefined) return this.#known.get(issuer)?.client;
    const holder = this.#byKey.get(Buffer.from(prefix).toString('latin1'));
    if (holder || !exchange || this.#shown.keys.some((key) => equal(key, prefix))) return holder;
    const all = [this.number, ...this.#known.keys()].sort((a, b) => a - b);
    return this.#known.get(all[(exchange[0] ?? 0) % all.length] ?? this.number)?.client;
  };

  /** Tells those who watch the log at other processes. */
  signal(log: Uint8Array, body: Uint8Array): void {
    const signal = { log, body };
    if (this.#known.size === 0 || this.#waiting > WAITING) return;
    this.#signals.push(signal);
    this.#waiting += bytesOf(signal);
    this.#telling ??= setTimeout(() => this.#tell(), PAUSE_MS).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    clearInterval(this.#taking);
    clearTimeout(this.#telling);
    await this.#beating;
    // A database that does not answer forgets who does not come back.
    await this.#options.table.leave(this.number).catch(this.#options.report);
    for (const number of [...this.#known.keys()]) this.#forget(number);
    await this.#inside?.close();
  }

  #row(address: string): ServerProcess {
    return { number: this.number, address, ...this.#shown };
  }

  #tell(): void {
    const batch = encodeSignals(this.#signals);
    this.#signals = [];
    this.#waiting = 0;
    this.#telling = undefined;
    for (const { client } of this.#known.values()) void client.tell('signals', batch);
  }

  #tellTaken(): void {
    const taken = this.#options.rates.takenSince();
    if (taken.length === 0) return;
    const batch = encodeTaken(taken);
    for (const { client } of this.#known.values()) void client.tell('taken', batch);
  }

  /** One after another; what fails now is tried again at the next. */
  #beat(): void {
    this.#beating = this.#beating.then(() => this.#look()).catch(this.#options.report);
  }

  async #look(): Promise<void> {
    if (!this.#inside || this.#closed) return;
    const rows = await this.#options.table.beat(this.#row(this.#inside.address));
    const others = rows.filter(({ number, address }) => number !== this.number && address !== '');
    const heard = await Promise.all(others.map((other) => this.#reached(other)));
    const there = heard.filter((known) => known !== undefined);
    const numbers = new Set(there.map(({ process }) => process.number));
    for (const number of this.#known.keys()) if (!numbers.has(number)) this.#forget(number);
    this.#byKey.clear();
    for (const known of there) {
      this.#known.set(known.process.number, known);
      for (const key of known.process.keys) {
        this.#byKey.set(Buffer.from(key).toString('latin1'), known.client);
      }
    }
    await Promise.all(there.map((known) => this.#tellBridges(known)));
    const highest = Math.max(0, ...rows.map(({ serial }) => serial));
    await this.#sessions?.raise(highest);
  }

  async #tellBridges(known: Known): Promise<void> {
    const { said } = this.#options.bridges;
    if (known.bridges === said) return;
    if (await known.client.tell('bridges', Buffer.from(said))) known.bridges = said;
  }

  /** Undefined if it does not answer us, whatever it says to the database. */
  async #reached(process: ServerProcess): Promise<Known | undefined> {
    const known = this.#known.get(process.number);
    const same = known?.process.address === process.address;
    if (known && !same) this.#forget(process.number);
    const at =
      known && same
        ? { ...known, process }
        : { process, client: new InsideClient(process.address, this.#options.key), bridges: '' };
    if (await at.client.alive()) return at;
    if (!same) at.client.close();
    return undefined;
  }

  #forget(number: number): void {
    this.#known.get(number)?.client.close();
    this.#known.delete(number);
  }
}
