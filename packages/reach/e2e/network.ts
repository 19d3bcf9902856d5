/** A network between a browser and a server: passes TCP on, can cut it, and can reset WebSockets. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

export class Network {
  /** The port that connections are passed on to, on this machine. */
  target = 0;
  /** Whether connections that begin with a WebSocket's handshake (RFC 6455 section 4.1) are reset. */
  resetsUpgrades = false;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#pass(socket));

  /** Listens on a free port. */
  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resets all connections there are. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  stop(): void {
    this.#server.close();
    this.cut();
  }

  #pass(from: Socket): void {
    this.#keep(from);
    from.once('data', (head: Buffer) => {
      if (this.resetsUpgrades && /^upgrade: websocket/im.test(head.toString('latin1'))) {
        from.resetAndDestroy();
        return;
      }
      const to = createConnection(this.target, '127.0.0.1');
      this.#keep(to);
      to.write(head);
      from.pipe(to).pipe(from);
      from.on('close', () => to.destroy());
      to.on('close', () => from.destroy());
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // What breaks off ends both sides, by `close`.
    socket.on('error', () => socket.destroy());
  }
}
