/** A link that all connections share: so many bits a second each way, with the time that packets are under way. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

const DELAY = 100;

export class SlowLink {
  /** Bytes that came through to the browser. */
  down = 0;
  readonly #bytesPerMs: number;
  readonly #free = { up: 0, down: 0 };
  readonly #sockets = new Set<Socket>();
  readonly #server;

  /** @param target the port behind it, on this machine */
  constructor(bitsPerSecond: number, target: number) {
    this.#bytesPerMs = bitsPerSecond / 8 / 1_000;
    this.#server = createServer((from) => {
      const to = createConnection(target, '127.0.0.1');
      this.#pass(from, to, 'up');
      this.#pass(to, from, 'down');
    });
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #pass(one: Socket, other: Socket, way: 'up' | 'down'): void {
    this.#sockets.add(one);
    one.on('data', (bytes) => {
      one.pause();
      const now = performance.now();
      this.#free[way] = Math.max(now, this.#free[way]) + bytes.length / this.#bytesPerMs;
      setTimeout(
        () => {
          if (way === 'down') this.down += bytes.length;
          if (!other.destroyed) other.write(bytes);
        },
        this.#free[way] - now + DELAY,
      );
      setTimeout(() => one.resume(), this.#free[way] - now);
    });
    one.on('error', () => one.destroy());
    one.on('close', () => {
      this.#sockets.delete(one);
      setTimeout(() => other.end(), Math.max(0, this.#free[way] - performance.now()) + DELAY);
    });
  }
}
