/** Bytes between two, in order, whatever they go by: a connection of TCP, or one of several over a carrier. */
import { concatAll } from '@polynya/protocol/bytes';

export interface Pipe {
  /** Sends, or drops once it has ended. */
  send(bytes: Uint8Array): void;
  /** Ends it, at both ends. */
  close(): void;
  onBytes: (bytes: Uint8Array) => void;
  /** Called once, however it ended. */
  onClose: () => void;
}

/** Of one who sends faster than is read, so many bytes are held, and of one who has proven nothing; more end the pipe. */
const UNREAD = { known: 8_388_608, stranger: 65_536 };

/** A pipe that is read by so many bytes, by one reader at a time. */
export class Reader {
  readonly #pipe: Pipe;
  /** Something came. */
  onHeard: () => void = () => undefined;
  /** Called once, however it ended. */
  onClose: () => void = () => undefined;
  closed = false;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #most = UNREAD.stranger;
  #look: () => void = () => undefined;

  constructor(pipe: Pipe) {
    this.#pipe = pipe;
    pipe.onBytes = (bytes) => {
      this.#chunks.push(bytes);
      this.#length += bytes.length;
      this.onHeard();
      if (this.#length > this.#most) this.close();
      else this.#look();
    };
    pipe.onClose = () => {
      this.closed = true;
      this.#look();
      this.onClose();
    };
  }

  /** The other has proven who they are. */
  trust(): void {
    this.#most = UNREAD.known;
  }

  /** The next so many bytes; null where it ended before they came. */
  read(length: number): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (!this.closed && this.#length < length) return;
        this.#look = () => undefined;
        resolve(this.closed ? null : this.#take(length));
      };
      this.#look();
    });
  }

  send(bytes: Uint8Array): void {
    if (!this.closed) this.#pipe.send(bytes);
  }

  close(): void {
    if (!this.closed) this.#pipe.close();
  }

  #take(length: number): Uint8Array {
    const all =
      this.#chunks.length === 1 ? (this.#chunks[0] as Uint8Array) : concatAll(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#length = all.length - length;
    return all.slice(0, length);
  }
}
