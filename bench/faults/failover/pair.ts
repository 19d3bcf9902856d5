/**
 * Two PostgreSQL servers that replicate synchronously and a monitor that lets the second take over
 * (pg_auto_failover, https://pg-auto-failover.readthedocs.io), each on a machine of its own.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findPostgres } from '@polynya/server/test/postgres-cluster';
import pg from 'pg';
import { Machine } from './network.ts';

const NOBODY = 65_534;
const PORT = 6_000;
/** Of the keeper, in seconds: a primary that reaches nobody stops itself after it. */
const PARTITION_S = 6;
/** So that a round takes seconds: in ms. */
const MONITOR_SETTINGS = {
  health_check_period: 500,
  health_check_timeout: 1_000,
  health_check_max_retries: 1,
  health_check_retry_delay: 500,
  node_considered_unhealthy_timeout: 4_000,
  primary_demote_timeout: 8_000,
  startup_grace_period: 2_000,
} as const;
const PATIENCE_MS = 180_000;

export interface Node {
  readonly name: string;
  readonly machine: Machine;
}

interface State {
  readonly name: string;
  readonly reported: string;
  readonly goal: string;
}

export class Pair {
  /** Both servers, as libpq names them. */
  readonly url: string;
  readonly nodes: readonly Node[];
  readonly monitor: Machine;
  readonly #folder: string;
  readonly #monitorUrl: string;

  private constructor(folder: string, monitor: Machine, nodes: readonly Node[]) {
    this.#folder = folder;
    this.monitor = monitor;
    this.nodes = nodes;
    this.#monitorUrl = `postgres://autoctl_node@${monitor.address}:${PORT}/pg_auto_failover?sslmode=disable`;
    const hosts = nodes.map(({ machine }, i) => `${machine.address}:${PORT + 1 + i}`).join();
    this.url = `postgres://polynya@${hosts}/polynya`;
  }

  /** `folder`: owned by nobody. */
  static async start(folder: string): Promise<Pair> {
    const monitor = await Machine.start(1);
    const nodes = [
      { name: 'one', machine: await Machine.start(2) },
      { name: 'two', machine: await Machine.start(3) },
    ];
    const pair = new Pair(folder, monitor, nodes);
    await pair.#startMonitor();
    for (const [i, node] of nodes.entries()) {
      const how = ['--name', node.name, '--monitor', pair.#monitorUrl, '--pg-hba-lan'];
      const what = ['--username', 'polynya', '--dbname', 'polynya'];
      const { name, machine } = node;
      const common = pair.#common(name, machine, PORT + 1 + i);
      pair.#autoctl(machine, ['create', 'postgres', ...common, ...how, ...what]);
      const config = ['config', 'set', '--pgdata', pair.#dataOf(name)];
      pair.#autoctl(machine, [...config, 'timeout.network_partition_timeout', String(PARTITION_S)]);
      pair.begin(node);
    }
    await pair.healthy();
    return pair;
  }

  /** Starts what runs on a node, for the first time or after it was killed. */
  begin({ name, machine }: Node): void {
    this.#spawn(machine, name, ['run', '--pgdata', this.#dataOf(name)]);
  }

  /** Resolves when one is the primary and the other follows it synchronously, whichever the monitor made what. */
  async healthy(): Promise<{ primary: Node; standby: Node }> {
    for (const end = Date.now() + PATIENCE_MS; ; await setTimeout(200)) {
      const states = await this.#states().catch((): State[] => []);
      const settled = states.filter(({ reported, goal }) => reported === goal);
      const of = (state: string) => {
        const found = settled.find(({ goal }) => goal === state)?.name;
        return this.nodes.find(({ name }) => name === found);
      };
      const [primary, standby] = [of('primary'), of('secondary')];
      if (primary && standby) return { primary, standby };
      if (Date.now() > end) throw new Error(`not healthy: ${JSON.stringify(states)}`);
    }
  }

  async #states(): Promise<State[]> {
    const client = new pg.Client({ connectionString: this.#monitorUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<State>(
        `SELECT nodename AS name, reportedstate::text AS reported, goalstate::text AS goal
         FROM pgautofailover.node ORDER BY nodeid`,
      );
      return rows;
    } finally {
      await client.end();
    }
  }

  async #startMonitor(): Promise<void> {
    const { monitor } = this;
    this.#autoctl(monitor, ['create', 'monitor', ...this.#common('monitor', monitor, PORT)]);
    this.#spawn(monitor, 'monitor', ['run', '--pgdata', this.#dataOf('monitor')]);
    const client = await this.#administrator();
    for (const [name, value] of Object.entries(MONITOR_SETTINGS)) {
      await client.query(`ALTER SYSTEM SET pgautofailover.${name} = ${value}`);
    }
    await client.query('SELECT pg_reload_conf()');
    await client.end();
  }

  /** Of the monitor's database, by its socket, once it answers. */
  async #administrator(): Promise<pg.Client> {
    for (const end = Date.now() + PATIENCE_MS; ; await setTimeout(100)) {
      const client = new pg.Client({
        ...{ host: '/run/postgresql', port: PORT, user: 'nobody', database: 'pg_auto_failover' },
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return client;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  #common(name: string, { address }: Machine, port: number): string[] {
    const where = ['--pgdata', this.#dataOf(name), '--pgport', String(port), '--hostname', address];
    return [...where, '--auth', 'trust', '--no-ssl'];
  }

  #autoctl(machine: Machine, args: readonly string[]): void {
    const [program = '', ...rest] = [...machine.as(NOBODY), 'pg_autoctl', ...args];
    const options = { cwd: this.#folder, env: this.#env(), stdio: 'pipe' } as const;
    execFileSync(program, rest, options);
  }

  #spawn(machine: Machine, name: string, args: readonly string[]): void {
    const [program = '', ...rest] = [...machine.as(NOBODY), 'pg_autoctl', ...args];
    const log = openSync(join(this.#folder, `${name}.log`), 'a');
    const options = { cwd: this.#folder, env: this.#env(), detached: true } as const;
    spawn(program, rest, { ...options, stdio: ['ignore', log, log] });
    closeSync(log);
  }

  #env(): NodeJS.ProcessEnv {
    const path = [findPostgres() ?? '', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(':');
    const home = this.#folder;
    return { PATH: path, HOME: home, LANG: 'C', XDG_RUNTIME_DIR: home };
  }

  #dataOf(name: string): string {
    return join(this.#folder, name);
  }
}
