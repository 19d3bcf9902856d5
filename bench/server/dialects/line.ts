/** One TCP connection to a server on this machine, as cheap as Node makes it: all read into one shared buffer. */
import { connect, type Socket } from 'node:net';

const SHARED = Buffer.allocUnsafe(1 << 18);
/** ms that a server may be silent where an answer is due: ejabberd stores ten thousand texts before it answers. */
const PATIENCE = 600_000;

/** Takes what came in; answers how many of its bytes it used up. The rest comes again with what follows. */
export type Take = (chunk: Buffer) => number;

export class Line {
  /** Who takes what comes in; may be changed at any time. */
  take: Take = (chunk) => chunk.length;
  /** Called when the other end closes. */
  onClose: () => void = () => undefined;
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #closing = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Rejects with the platform's error when nobody listens. */
  static open(port: number): Promise<Line> {
    return new Promise((resolve, reject) => {
      let line: Line | undefined;
      const callback = (length: number, buffer: Uint8Array): boolean => {
        if (line) line.#feed(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true;
      };
      const onread = { buffer: SHARED, callback };
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
      socket.once('connect', () => {
        line = new Line(socket);
        resolve(line);
      });
      socket.on('error', reject);
      socket.on('close', () => {
        if (line && !line.#closing) line.onClose();
      });
    });
  }

  write(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  /** Bytes since it was opened. */
  get traffic(): { up: number; down: number } {
    return { up: this.#socket.bytesWritten, down: this.#socket.bytesRead };
  }

  /** Resolves with what matches in the text that comes in from now on; what follows the match is kept. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      let text = '';
      const fail = (why: string): void =>
        reject(new Error(`${why} while waiting for ${pattern}, had: ${text.slice(-300)}`));
      const timer = setTimeout(() => fail('timeout'), PATIENCE);
      this.onClose = () => {
        clearTimeout(timer);
        fail('closed');
      };
      this.take = (chunk) => {
        const before = text.length;
        text += chunk.toString('latin1');
        const match = pattern.exec(text);
        if (!match) return chunk.length;
        clearTimeout(timer);
        this.take = () => 0;
        resolve(match);
        return match.index + match[0].length - before;
      };
      this.#again();
    });
  }

  /** Hands what is left over to the present taker. */
  #again(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest) this.#feed(rest);
  }

  /** `take` from now on, beginning with what is left over. */
  handOver(take: Take): void {
    this.take = take;
    this.#again();
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #feed(chunk: Buffer): void {
    const whole = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = undefined;
    const used = this.take(whole);
    if (used < whole.length) this.#rest = Buffer.from(whole.subarray(used));
  }
}
