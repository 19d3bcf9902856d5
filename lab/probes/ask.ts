/** What a prober hears: bytes over TLS or bare TCP, sent and answered. */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

/** Until an answer begins, ms: a loaded machine is not a server that says nothing. */
const PATIENCE = 20_000;
/** After which nothing more is expected of an answer that does not say how long it is, ms. */
const QUIET = 700;

export interface Suspect {
  readonly address: string;
  readonly name: string;
  /** 443 when absent. */
  readonly port?: number;
}

/**
 * Bytes as they came, dates left out.
 * @param expected what is likely to come: as much is waited for, however busy the machine is
 */
export async function ask(
  { address, name }: Suspect,
  sent: Buffer,
  expected = ' ',
): Promise<string> {
  return heard(await secure(address, name), sent, expected.length);
}

/** How a server begins to answer bytes that are no TLS, and how it ends. */
export async function throwAt(address: string, bytes: Buffer): Promise<string> {
  const socket = connectPlain({ host: address, port: 443 });
  const said = await heard(socket, bytes, 0);
  const { errored, readableEnded } = socket;
  const kind = said.startsWith('HTTP/')
    ? said.split('\r\n')[0]
    : said && `record ${said.charCodeAt(0)}`;
  return `${kind || 'nothing'} and ${errored ? 'a reset' : readableEnded ? 'an end' : 'waits'}`;
}

/** A connection that is kept, on which one thing after the other is asked and the time taken, in ms. */
export class Stopwatch {
  readonly #socket: TLSSocket;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  static async on({ address, name }: Suspect): Promise<Stopwatch> {
    return new Stopwatch(await secure(address, name));
  }

  /** @param sent a request whose answer keeps the connection */
  async time(sent: Buffer): Promise<number> {
    const began = performance.now();
    this.#socket.write(sent);
    let got = '';
    while (!isWhole(got)) {
      const [part] = (await once(this.#socket, 'data')) as [Buffer];
      got += part.toString('latin1');
    }
    return performance.now() - began;
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** Whose certificate it is, is no question of these probes. */
async function secure(address: string, name: string): Promise<TLSSocket> {
  const socket = connect({
    ...{ host: address, port: 443, servername: name, rejectUnauthorized: false },
    ALPNProtocols: ['http/1.1'],
  });
  await once(socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE) });
  return socket.setNoDelay();
}

function heard(socket: Socket, sent: Buffer, wanted: number): Promise<string> {
  let got = '';
  const dateless = () => got.replaceAll(/^Date: .*\r$/gm, 'Date: NOW\r');
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(dateless());
    };
    let timer = setTimeout(over, wanted === 0 ? QUIET : PATIENCE);
    socket.on('data', (part: Buffer) => {
      got += part.toString('latin1');
      if (dateless().length < wanted) return;
      clearTimeout(timer);
      timer = setTimeout(over, QUIET);
    });
    socket.on('end', over);
    socket.on('error', over);
    socket.on('close', over);
    socket.write(sent);
  });
}

/** Whether an answer to a request that is no HEAD is all there. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = /^content-length: (\d+)\r$/im.exec(text.slice(0, end + 2))?.[1];
  return end >= 0 && text.length >= end + 4 + Number(length ?? 0);
}
