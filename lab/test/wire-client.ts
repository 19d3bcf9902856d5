/** Program for tests: does on the network what lines of JSON say, and prints a line of JSON for each: `{ id, result }`. */
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { readAnswer, writeQuery } from '../hosts/dns-message.ts';

export type Deed =
  /** TLS and one byte of answer: `ok`, `reset`, or `silent` after `ms`. `split`: the hello leaves in pieces and records. */
  | { do: 'tls'; address: string; name: string; ms: number; split?: boolean }
  /** Asks for `bytes` and counts what comes until all is there or nothing came for `ms`. */
  | { do: 'get'; address: string; port: number; name?: string; bytes: number; ms: number }
  /** Asks for a byte again and again, until one does not come within `ms`: how many came. */
  | { do: 'pings'; address: string; most: number; ms: number }
  /** A datagram, in hex: whether it comes back. */
  | { do: 'udp'; address: string; port: number; hex: string; ms: number }
  | { do: 'dns'; address: string; name: string; over: 'udp' | 'tcp'; ms: number };

export interface Got {
  readonly bytes: number;
  readonly seconds: number;
}

async function act(deed: Deed): Promise<unknown> {
  switch (deed.do) {
    case 'tls':
      return tls(deed);
    case 'get':
      return get(deed);
    case 'pings':
      return pings(deed);
    case 'udp':
      return (
        (await datagram(deed.address, deed.port, Buffer.from(deed.hex, 'hex'), deed.ms)) !== null
      );
    case 'dns':
      return dns(deed);
  }
}

function tls({ address, name, ms, split }: Extract<Deed, { do: 'tls' }>): Promise<string> {
  return new Promise((resolve) => {
    const wire = connect({ host: address, port: 443, noDelay: true });
    const socket = connectTls({ socket: split ? new Splitting(wire) : wire, servername: name });
    const timer = setTimeout(() => end('silent'), ms);
    const end = (result: string): void => {
      clearTimeout(timer);
      socket.destroy();
      wire.destroy();
      resolve(result);
    };
    socket.on('secureConnect', () => socket.write('1\n'));
    socket.on('data', () => end('ok'));
    for (const each of [wire, socket]) {
      each.on('error', (error: NodeJS.ErrnoException) =>
        end(error.code === 'ECONNRESET' ? 'reset' : (error.code ?? 'error')),
      );
    }
  });
}

/** Sends the first record as two records, and everything in three segments with time between them. */
class Splitting extends Duplex {
  readonly #wire: Socket;
  #first = true;

  constructor(wire: Socket) {
    super();
    this.#wire = wire;
    wire.on('data', (part) => this.push(part));
    wire.on('end', () => this.push(null));
  }

  override _read(): void {
    this.#wire.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const bytes = this.#first ? inTwoRecords(chunk) : chunk;
    this.#first = false;
    void this.#send(bytes).then(done);
  }

  async #send(bytes: Buffer): Promise<void> {
    const third = Math.ceil(bytes.length / 3);
    for (let at = 0; at < bytes.length; at += third) {
      this.#wire.write(bytes.subarray(at, at + third));
      await pause(20);
    }
  }
}

/** The same handshake message, its records ended in the middle (RFC 8446 section 5.1). */
function inTwoRecords(record: Buffer): Buffer {
  const middle = 5 + Math.floor((record.length - 5) / 2);
  const head = (length: number) =>
    Buffer.from([...record.subarray(0, 3), length >> 8, length & 0xff]);
  const [one, two] = [record.subarray(5, middle), record.subarray(middle)];
  return Buffer.concat([head(one.length), one, head(two.length), two]);
}

function get({ address, port, name, bytes, ms }: Extract<Deed, { do: 'get' }>): Promise<Got> {
  return new Promise((resolve) => {
    const wire = connect({ host: address, port });
    const socket = name === undefined ? wire : connectTls({ socket: wire, servername: name });
    let got = 0;
    let asked = performance.now();
    let last = asked;
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ bytes: got, seconds: (last - asked) / 1_000 });
    };
    const timer = setTimeout(end, ms);
    socket.on(name === undefined ? 'connect' : 'secureConnect', () => {
      asked = performance.now();
      socket.write(`${bytes}\n`);
    });
    socket.on('data', (part: Buffer) => {
      got += part.length;
      last = performance.now();
      timer.refresh();
      if (got >= bytes) end();
    });
    socket.on('error', end);
  });
}

async function pings({ address, most, ms }: Extract<Deed, { do: 'pings' }>): Promise<number> {
  const socket = connect({ host: address, port: 8080, noDelay: true });
  let came = 0;
  let wake = (): void => undefined;
  socket.on('data', (part: Buffer) => {
    came += part.length;
    wake();
  });
  // Whatever ends it, what came by then is the result.
  socket.on('error', () => wake());
  for (let sent = 1; sent <= most; sent++) {
    socket.write('1\n');
    await Promise.race([
      pause(ms),
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
    ]);
    if (came < sent) break;
  }
  socket.destroy();
  return came;
}

function datagram(
  address: string,
  port: number,
  bytes: Buffer,
  ms: number,
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (answer: Buffer | null): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), ms);
    socket.on('message', (message) => end(message));
    socket.send(bytes, port, address);
  });
}

async function dns({ address, name, over, ms }: Extract<Deed, { do: 'dns' }>): Promise<unknown> {
  const query = writeQuery(7, name);
  if (over === 'udp') {
    const answer = await datagram(address, 53, query, ms);
    return answer && readAnswer(answer);
  }
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 53 });
    const timer = setTimeout(() => end(null), ms);
    const end = (answer: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
    socket.once('data', (answer: Buffer) => end(readAnswer(answer.subarray(2))));
    socket.on('error', () => end(null));
  });
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, deed } = JSON.parse(line) as { id: number; deed: Deed };
  console.log(JSON.stringify({ id, result: await act(deed) }));
});
