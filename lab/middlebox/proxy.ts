/**
 * The stateful half of the middlebox: connections that nft redirects here are passed on to where they were
 * going, once an inspector has read the whole ClientHello and said what is to become of them. One port of
 * ours stands for each host of the lab: Node cannot ask the kernel for a connection's original destination.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { HOSTS, hostNames } from '../network/plan.ts';
import { type ClientHello, readClientHello } from './client-hello.ts';
import { pace } from './pace.ts';

export interface Flow {
  readonly client: string;
  readonly clientPort: number;
  readonly address: string;
  readonly port: number;
  /** Null for whatever does not begin as TLS does. */
  readonly hello: ClientHello | null;
  /** It came before what judges it now was in place. */
  readonly underWay: boolean;
}

/** What becomes of a connection. `swallow`: its hello goes nowhere. `drop-after`: its hello is the last thing that goes through. */
export type Verdict =
  | { readonly act: 'pass' }
  | { readonly act: 'pace'; readonly bytesPerSecond: number }
  | { readonly act: 'reset' }
  | { readonly act: 'swallow' }
  | { readonly act: 'drop-after' };

/** Null: nothing to say about this one. May take its time, as one that asks the kernel does. */
export type Inspector = (flow: Flow) => Promise<Verdict | null> | Verdict | null;

export const TLS_PORT = 443;

export class InlineProxy {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #flows = new Map<Socket, Flow>();
  readonly #ports = new Map<string, number>();
  inspectors: Inspector[] = [];

  /** Listens, on any port, for each host. Nothing comes before nft sends it. */
  async start(): Promise<void> {
    for (const name of hostNames) {
      const { address } = HOSTS[name];
      const server = createServer({ noDelay: true }, (socket) => void this.#take(socket, address));
      server.listen(0);
      await once(server, 'listening');
      this.#servers.push(server);
      this.#ports.set(address, (server.address() as AddressInfo).port);
    }
  }

  /** nft's map from addresses to our ports. */
  get ports(): string {
    return [...this.#ports].map(([address, port]) => `${address} : ${port}`).join(', ');
  }

  /** Judges the connections under way by new inspectors: what would not pass any more is gone without a word. */
  async judgeAnew(): Promise<void> {
    for (const [client, flow] of this.#flows) {
      const { act } = await this.#verdict({ ...flow, underWay: true });
      if (act !== 'pass') client.destroy();
    }
  }

  async #take(client: Socket, address: string): Promise<void> {
    this.#keep(client);
    const { remoteAddress = '', remotePort = 0 } = client;
    const { hello, head } = await readHello(client);
    if (client.destroyed) return;
    const from = { client: remoteAddress.replace('::ffff:', ''), clientPort: remotePort };
    const flow: Flow = { ...from, address, port: TLS_PORT, hello, underWay: false };
    const verdict = await this.#verdict(flow);
    this.#flows.set(client, flow);
    client.on('close', () => this.#flows.delete(client));
    if (verdict.act === 'reset') return void client.resetAndDestroy();
    if (verdict.act === 'swallow') return void client.resume();
    const server = connect({ host: address, port: TLS_PORT, noDelay: true, allowHalfOpen: true });
    this.#keep(server);
    server.on('error', () => client.resetAndDestroy());
    server.write(head);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    if (verdict.act === 'drop-after') {
      server.resume();
      client.resume();
    } else if (verdict.act === 'pace') {
      pace(client, server, verdict.bytesPerSecond);
      pace(server, client, verdict.bytesPerSecond);
    } else client.pipe(server).pipe(client);
  }

  async #verdict(flow: Flow): Promise<Verdict> {
    for (const inspect of this.inspectors) {
      const verdict = await inspect(flow);
      if (verdict) return verdict;
    }
    return { act: 'pass' };
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}

/** Reads until there is a whole hello, or certainly none. */
async function readHello(client: Socket): Promise<{ hello: ClientHello | null; head: Buffer }> {
  let head = Buffer.alloc(0);
  return new Promise((resolve) => {
    const done = (hello: ClientHello | null): void => {
      client.pause();
      client.off('data', more);
      resolve({ hello, head });
    };
    const more = (part: Buffer): void => {
      head = Buffer.concat([head, part]);
      const hello = readClientHello(head);
      if (hello !== 'more') done(hello === 'other' ? null : hello);
    };
    client.on('data', more);
    client.on('end', () => done(null));
    client.on('close', () => done(null));
  });
}
