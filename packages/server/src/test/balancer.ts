/**
 * A load balancer that knows nothing: each request, and each WebSocket, goes to the next server in turn that
 * is there.
 */
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Balancer {
  readonly endpoint: string;
  /** Ports of the servers, from now on. */
  set(ports: readonly number[]): void;
  close(): Promise<void>;
}

export async function startBalancer(first: readonly number[]): Promise<Balancer> {
  let ports = first;
  let turn = 0;
  const next = (): number => ports[turn++ % ports.length] ?? 0;
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const options = { host: '127.0.0.1', port: next(), method, path: url, headers, agent: false };
    const outgoing = ask(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  });
  server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const server = connect(next(), '127.0.0.1', () => {
      const lines = Array.from({ length: request.rawHeaders.length / 2 }, (_, i) =>
        request.rawHeaders.slice(2 * i, 2 * i + 2).join(': '),
      );
      server.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      server.write(head);
      server.pipe(client);
      client.pipe(server);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => one.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/s`,
    set: (now) => {
      ports = now;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
