/**
 * A sealed connection between two devices in one network: frames of AES-256-GCM under the handshake's keys, numbered in
 * each direction. It keeps order and loses nothing while it lives; it may end at any moment.
 */
import { webPrimitives } from '@polynya/crypto/web-primitives';
import { concat, readU32, u32 } from '@polynya/protocol/bytes';
import type { LinkKeys } from './handshake.ts';
import type { Reader } from './pipe.ts';

/** The longest frame, in bytes. */
export const FRAME = 1_048_576;
const TAG = 16;
const NONE = new Uint8Array(0);
/** ms: something is said so often, and who is silent for so long is gone. */
const PULSE = 5_000;
const SILENCE = 20_000;

const { aesGcm } = webPrimitives;

export class NearLink {
  /**
   * Called with each frame that is not empty, the next once that is done: whoever sends faster fills what the reader
   * holds, and ends the link. It never rejects. Set it before anything can arrive.
   */
  onFrame: (frame: Uint8Array) => Promise<void> | void = () => undefined;
  /** Called once, however it ended. */
  onClose: () => void = () => undefined;
  readonly #wire: Reader;
  readonly #sealing: Uint8Array;
  readonly #opening: Uint8Array;
  readonly #pulse: ReturnType<typeof setInterval>;
  /** Called with the first frame, which proves that the other has the keys. */
  readonly #proven: () => void;
  #begin: () => void = () => undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #sent = 0;
  #heard = 0;
  /** Frames leave in the order in which they were given: to who may hold little of a stranger's, none before theirs came. */
  #leaving: Promise<void> = new Promise((resolve) => {
    this.#begin = resolve;
  });

  /** @param side `caller` for the one who connected */
  constructor(wire: Reader, { up, down }: LinkKeys, side: 'caller' | 'called', proven: () => void) {
    this.#wire = wire;
    [this.#sealing, this.#opening] = side === 'caller' ? [up, down] : [down, up];
    this.#proven = proven;
    wire.onHeard = () => this.#listen();
    this.#pulse = setInterval(() => this.send(NONE), PULSE);
    const closed = (): void => {
      clearInterval(this.#pulse);
      clearTimeout(this.#silence);
      this.onClose();
    };
    // Whoever makes a link sets what it calls first.
    if (wire.closed) queueMicrotask(closed);
    else wire.onClose = closed;
    this.#listen();
    if (side === 'caller') {
      wire.trust();
      void this.#seal(NONE);
    } else this.send(NONE);
    void this.#receive();
  }

  /** Sends, or drops where the other is gone. @param frame at most FRAME bytes */
  send(frame: Uint8Array): void {
    this.#leaving = this.#leaving.then(() => this.#seal(frame));
  }

  close(): void {
    this.#wire.close();
  }

  /** Only what comes counts, not what we say. */
  #listen(): void {
    clearTimeout(this.#silence);
    if (!this.#wire.closed) this.#silence = setTimeout(() => this.close(), SILENCE);
  }

  async #receive(): Promise<void> {
    for (let head = await this.#wire.read(4); head; head = await this.#wire.read(4)) {
      const length = readU32(head);
      if (length < TAG || length > FRAME + TAG) return this.close();
      const sealed = await this.#wire.read(length);
      if (!sealed) return;
      const frame = await this.#open(sealed);
      // Whoever sends what is not sealed by the other, or not in its turn, gets no word. Nothing begins where all ended.
      if (!frame || this.#wire.closed) return this.close();
      if (this.#heard++ === 0) {
        this.#wire.trust();
        this.#proven();
        this.#begin();
      }
      if (frame.length > 0) await this.onFrame(frame);
    }
  }

  async #seal(frame: Uint8Array): Promise<void> {
    if (this.#wire.closed) return;
    const sealed = await aesGcm.seal(this.#sealing, nonce(this.#sent++), NONE, frame);
    this.#wire.send(concat(u32(sealed.length), sealed));
  }

  async #open(sealed: Uint8Array): Promise<Uint8Array | null> {
    try {
      return await aesGcm.open(this.#opening, nonce(this.#heard), NONE, sealed);
    } catch {
      return null;
    }
  }
}

function nonce(n: number): Uint8Array {
  return concat(new Uint8Array(8), u32(n));
}
