/** A stretch of network for datagrams on loopback: it loses, repeats and reorders them, by a seed, and remembers what was sent. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface DatagramBadness {
  /** Of 1, each way. */
  readonly drop: number;
  readonly repeat: number;
  /** Held back until after the next one. */
  readonly late: number;
}

/** Every caller's datagrams go to `to` on 127.0.0.1 from a port of its own, and back. */
export class BadDatagrams {
  readonly #front = createSocket('udp4');
  readonly #back = new Map<number, Socket>();
  readonly #badness: DatagramBadness;
  readonly #random: () => number;
  readonly #to: number;
  /** What callers sent, as it came. */
  readonly sent: Buffer[] = [];
  /** Datagrams that went through (count), both ways. */
  passed = 0;

  constructor(to: number, badness: DatagramBadness, random: () => number) {
    this.#to = to;
    this.#badness = badness;
    this.#random = random;
  }

  async start(): Promise<number> {
    this.#front.bind(0, '127.0.0.1');
    await once(this.#front, 'listening');
    const toServer = this.#way((datagram, port) => this.#of(port).send(datagram, this.#to, HERE));
    this.#front.on('message', (datagram, { port }) => {
      this.sent.push(datagram);
      toServer(datagram, port);
    });
    return this.#front.address().port;
  }

  stop(): void {
    this.#front.close();
    for (const socket of this.#back.values()) socket.close();
  }

  #of(port: number): Socket {
    const known = this.#back.get(port);
    if (known) return known;
    const socket = createSocket('udp4');
    socket.bind(0, HERE);
    const back = this.#way((datagram) => this.#front.send(datagram, port, HERE));
    socket.on('message', (datagram) => back(datagram, port));
    this.#back.set(port, socket);
    return socket;
  }

  #way(pass: (datagram: Buffer, port: number) => void) {
    const { drop, repeat, late } = this.#badness;
    let held: (() => void) | undefined;
    return (datagram: Buffer, port: number): void => {
      if (this.#random() < drop) return;
      this.passed++;
      const go = (): void => pass(datagram, port);
      if (!held && this.#random() < late) {
        held = go;
        return;
      }
      go();
      if (this.#random() < repeat) go();
      held?.();
      held = undefined;
    };
  }
}

const HERE = '127.0.0.1';
