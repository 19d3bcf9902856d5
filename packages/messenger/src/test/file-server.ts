/** A whole server on this machine, which can be stopped and started again, and connections to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { Connection } from '@polynya/reach/client/client';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import type { ConfigInput } from '@polynya/server/config';
import { type RunningServer, startServer } from '@polynya/server/serve';

export class TestServer {
  /** Pays for blobs. */
  readonly allowance = systemRandom(32);
  readonly #folder = mkdtempSync(join(tmpdir(), 'polynya-files-'));
  readonly #config: ConfigInput;
  readonly #connections: Connection[] = [];
  #port = 0;
  #running: RunningServer | null = null;

  constructor(config: ConfigInput = {}) {
    this.#config = config;
  }

  /** Starts it and admits the allowance. */
  static async start(config?: ConfigInput): Promise<TestServer> {
    const server = new TestServer(config);
    await server.resume();
    const invite = await server.#up.invite(1, 1);
    await server.connect().call({ op: 'admit', invite, allowance: server.allowance });
    return server;
  }

  /** A connection of its own. */
  connect(): Connection {
    const { identity, endpoints } = this.#up;
    const connection = new Connection({
      address: { identity, endpoints },
      carriers: [webSocketCarrier],
      clock: systemClock,
      random: systemRandom,
    });
    this.#connections.push(connection);
    return connection;
  }

  async stop(): Promise<void> {
    await this.#up.close();
    this.#running = null;
  }

  /** Starts it where it was, with what it had. */
  async resume(): Promise<void> {
    this.#running = await startServer({
      dataDir: join(this.#folder, 'data'),
      host: '127.0.0.1',
      port: this.#port,
      clock: systemSteadyClock,
      random: systemRandom,
      config: this.#config,
      log: () => undefined,
    });
    this.#port = Number(new URL(this.#running.url).port);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }

  get #up(): RunningServer {
    if (!this.#running) throw new Error('the server is stopped');
    return this.#running;
  }
}
