/** A line between browsers and a server: passes TCP on, as slowly as told, and breaks off when told. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

export class SlowLine {
  /** Bytes a second that each connection carries, each way. */
  rate = Number.POSITIVE_INFINITY;
  /** The port that connections are passed on to, on this machine. */
  target = 0;
  /** Reads along what goes up. */
  heard: (bytes: Buffer) => void = () => undefined;
  #broken = false;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#pass(socket));

  /** Listens on a free port. */
  static async start(): Promise<SlowLine> {
    const line = new SlowLine();
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resets what there is, and whatever comes until `mend`. */
  break(): void {
    this.#broken = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** What there is goes silent, and neither end is told. */
  abandon(): void {
    for (const socket of this.#sockets) socket.removeAllListeners('data').resume();
  }

  mend(): void {
    this.#broken = false;
  }

  stop(): void {
    this.#server.close();
    this.break();
  }

  #pass(from: Socket): void {
    if (this.#broken) {
      from.resetAndDestroy();
      return;
    }
    const to = createConnection(this.target, '127.0.0.1');
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#sockets.add(one);
      one.on('data', (bytes) => {
        if (one === from) this.heard(bytes);
        one.pause();
        other.write(bytes);
        setTimeout(() => one.resume(), (bytes.length / this.rate) * 1000);
      });
      one.on('end', () => other.end());
      // What breaks off ends both sides, by `close`.
      one.on('error', () => one.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
