/**
 * The delivery service on its SQLite engine behind sealed sessions, without a network, and its death:
 * what a killed process leaves are the files as they are at that moment, and no session.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { ServerSessions } from '@polynya/reach/server/server-sessions';
import type { SteadyClock } from '@polynya/reach/steady-clock';
import type { Receiver } from '@polynya/reach/test/bad-carrier';
import { parseConfig } from '../config.ts';
import { Delivery } from '../delivery/delivery.ts';
import { SqliteEngine } from '../engine/sqlite/sqlite-engine.ts';
import { hashOf, secret } from './ids.ts';

const IDENTITY = secret('identity of the killable server');
const HANDLE_KEY = secret('handle key of the killable server');
const DOWN: Receiver = { receive: () => 'unknown' };

export class KillableServer {
  /** Whatever went wrong in the server that no client is told. */
  readonly reported: unknown[] = [];
  kills = 0;
  readonly #clock: SteadyClock;
  readonly #folder = mkdtempSync(join(tmpdir(), 'polynya-killable-'));
  readonly #killAt: { arrival: number; turns: number }[] = [];
  #engine: SqliteEngine;
  #sessions: ServerSessions | null = null;
  #arrivals = 0;
  #serial = 0;

  private constructor(clock: SteadyClock) {
    this.#clock = clock;
    this.#engine = this.#open();
  }

  static async start(clock: SteadyClock): Promise<KillableServer> {
    const server = new KillableServer(clock);
    await server.#serve();
    return server;
  }

  get identity(): Uint8Array {
    if (!this.#sessions) throw new Error('the server is down');
    return this.#sessions.identity();
  }

  /** Where envelopes go now. */
  get receiver(): Receiver {
    if (!this.#sessions) return DOWN;
    this.#arrivals++;
    for (const { turns } of this.#killAt.filter(({ arrival }) => arrival === this.#arrivals)) {
      afterTurns(turns, () => this.kill());
    }
    return this.#sessions ?? DOWN;
  }

  /** Dies when so many envelopes have arrived, and so many turns of the event loop later. */
  killAt(arrival: number, turns: number): void {
    this.#killAt.push({ arrival, turns });
  }

  /** An allowance to make logs with. */
  async admit(): Promise<Uint8Array> {
    const [invite, allowance] = [secret(), secret()];
    const until = this.#clock.now() / 1_000 + 3_600;
    const each = { logs: 100, bytes: 0, invites: 0 };
    await this.#engine.invite({ hash: hashOf(invite), uses: 1, until, tag: secret(), each });
    await this.#engine.admit(hashOf(invite), hashOf(allowance));
    return allowance;
  }

  /** Like SIGKILL and a new start: what was not written to the files is gone, and all sessions. */
  kill(): void {
    const sessions = this.#sessions;
    if (!sessions) return;
    this.#sessions = null;
    sessions.stop();
    for (const suffix of ['', '-wal']) {
      const [from, to] = [this.#path() + suffix, this.#path(this.kills + 1) + suffix];
      if (existsSync(from)) copyFileSync(from, to);
    }
    this.kills++;
    const dead = this.#engine;
    this.#engine = this.#open();
    // Only now: closing writes what the dead process did not come to.
    void dead.close();
    void this.#serve();
  }

  async close(): Promise<void> {
    this.#sessions?.stop();
    await this.#engine.close();
    rmSync(this.#folder, { recursive: true });
  }

  async #serve(): Promise<void> {
    const clock = this.#clock;
    const engine = this.#engine;
    // Of a dead process nobody hears anything.
    const report = (error: unknown) => engine === this.#engine && this.reported.push(error);
    const config = parseConfig();
    const now = () => clock.now();
    const sessions = new ServerSessions({
      identity: IDENTITY,
      handleKey: HANDLE_KEY,
      lastSerial: this.#serial,
      saveSerial: (serial) => {
        this.#serial = serial;
      },
      endpoints: [],
      build: '',
      clock,
      random: systemRandom,
      handler: new Delivery({ engine, config, now, report }),
      report,
    });
    await sessions.start();
    this.#sessions = sessions;
  }

  #open(): SqliteEngine {
    return new SqliteEngine({
      path: this.#path(),
      now: () => this.#clock.now(),
      random: systemRandom,
    });
  }

  #path(life = this.kills): string {
    return join(this.#folder, `${life}.db`);
  }
}

function afterTurns(turns: number, run: () => void): void {
  if (turns === 0) run();
  else setImmediate(() => afterTurns(turns - 1, run));
}
