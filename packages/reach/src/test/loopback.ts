/** A real server on a loopback port, with both carriers, for tests. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CarrierFactory } from '../carriers/carrier.ts';
import { BodyRoom } from '../carriers/post/body.ts';
import { postCarrier } from '../carriers/post/client.ts';
import { handlePost } from '../carriers/post/server.ts';
import { Exchanges } from '../carriers/sip/server.ts';
import { webSocketCarrier } from '../carriers/websocket/client.ts';
import { type ServerSocket, WebSockets } from '../carriers/websocket/server.ts';
import { Connection } from '../client/client.ts';
import type { ConnectionOptions } from '../client/connection-options.ts';
import { systemClock, systemRandom } from '../clock.ts';
import { ServerSessions, type ServerSessionsOptions } from '../server/server-sessions.ts';
import { systemSteadyClock } from '../steady-clock.ts';
import { ToyLogs } from './toy-log.ts';

export const SEED = new Uint8Array(32).fill(7);
export const HANDLE_KEY = new Uint8Array(32).fill(9);

export class Loopback {
  sessions: ServerSessions;
  readonly logs = new ToyLogs();
  readonly http: Server;
  /** What carriers are answered at the moment. */
  serves = { websocket: true, post: true };
  posts = 0;
  readonly #connections: Connection[] = [];
  readonly #sockets = new WebSockets(systemSteadyClock);

  private constructor(sessions: ServerSessions, logs: ToyLogs) {
    this.sessions = sessions;
    this.logs = logs;
    const room = new BodyRoom();
    const exchanges = new Exchanges(room, systemSteadyClock);
    this.http = createServer((request, response) => {
      this.posts++;
      const answer = this.serves.post
        ? handlePost(request, response, this.sessions, room, exchanges)
        : Promise.resolve('unknown' as const);
      void answer.then((outcome) => {
        if (outcome === 'no-room') response.destroy();
        else if (outcome === 'unknown') response.writeHead(404).end('not here');
      });
    });
    this.http.on('upgrade', (request, socket, head) => {
      if (!this.serves.websocket) return socket.destroy();
      this.#sockets.accept(request, socket, head, this.sessions);
    });
  }

  static async start(options: Partial<ServerSessionsOptions> = {}): Promise<Loopback> {
    const logs = new ToyLogs();
    const sessions = await startSessions(logs, options);
    const loopback = new Loopback(sessions, logs);
    await new Promise<void>((resolve) => loopback.http.listen(0, '127.0.0.1', resolve));
    return loopback;
  }

  get sockets(): ReadonlySet<ServerSocket> {
    return this.#sockets.clients;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/s`;
  }

  connect(
    options: Partial<ConnectionOptions> = {},
    carriers: CarrierFactory[] = [webSocketCarrier, postCarrier],
  ): Connection {
    const connection = new Connection({
      address: { identity: this.sessions.identity(), endpoints: [this.endpoint] },
      carriers,
      clock: systemClock,
      random: systemRandom,
      ...options,
    });
    this.#connections.push(connection);
    return connection;
  }

  /** Like kill -9 and a new start: sessions and keys are gone, logs are not. */
  async restart(options: Partial<ServerSessionsOptions> = {}): Promise<void> {
    this.sessions.stop();
    this.sessions = await startSessions(this.logs, options);
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    for (const socket of this.sockets) socket.terminate();
    this.sessions.stop();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }
}

export async function startSessions(
  handler: ToyLogs,
  options: Partial<ServerSessionsOptions> = {},
): Promise<ServerSessions> {
  const sessions = new ServerSessions({
    identity: SEED,
    handleKey: HANDLE_KEY,
    lastSerial: 0,
    saveSerial: () => undefined,
    endpoints: [],
    build: 'b1',
    clock: systemSteadyClock,
    random: systemRandom,
    handler,
    ...options,
  });
  await sessions.start();
  return sessions;
}
