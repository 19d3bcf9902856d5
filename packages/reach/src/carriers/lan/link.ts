/**
 * A sealed connection between two devices in one network: frames of AES-256-GCM under the handshake's keys, numbered in
 * each direction. It keeps order and loses nothing while it lives; it may end at any moment.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Socket } from 'node:net';
import { concat, readU32, u32 } from '@polynya/protocol/bytes';
import type { LinkKeys } from './handshake.ts';

/** The longest frame, in bytes. */
export const FRAME = 1_048_576;
const TAG = 16;
/** ms: something is said so often, and who is silent for so long is gone. */
const PULSE = 5_000;
const SILENCE = 20_000;

export class NearLink {
  /** Called with each frame that is not empty. Set it before anything can arrive. */
  onFrame: (frame: Uint8Array) => void = () => undefined;
  /** Called once, however it ended. */
  onClose: () => void = () => undefined;
  readonly #socket: Socket;
  readonly #sealing: Uint8Array;
  readonly #opening: Uint8Array;
  readonly #pulse: NodeJS.Timeout;
  readonly #silence: NodeJS.Timeout;
  /** Called with the first frame, which proves that the other has the keys. */
  readonly #proven: () => void;
  #sent = 0;
  #heard = 0;
  #buffer: Uint8Array<ArrayBufferLike> = new Uint8Array();

  /** @param side `caller` for the one who connected */
  constructor(
    socket: Socket,
    { up, down }: LinkKeys,
    side: 'caller' | 'called',
    proven: () => void,
  ) {
    this.#socket = socket;
    [this.#sealing, this.#opening] = side === 'caller' ? [up, down] : [down, up];
    this.#proven = proven;
    socket.setNoDelay(true);
    // Not the socket's own timeout, which counts what we say, too.
    this.#silence = setTimeout(() => socket.destroy(), SILENCE);
    socket.on('data', (chunk: Uint8Array) => {
      this.#silence.refresh();
      this.#take(chunk);
    });
    socket.once('close', () => {
      clearInterval(this.#pulse);
      clearTimeout(this.#silence);
      this.onClose();
    });
    this.#pulse = setInterval(() => this.send(new Uint8Array()), PULSE);
    this.send(new Uint8Array());
  }

  /** Sends, or drops where the other is gone. @param frame at most FRAME bytes */
  send(frame: Uint8Array): void {
    if (this.#socket.destroyed) return;
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce(this.#sent++));
    const sealed = concat(cipher.update(frame), cipher.final(), cipher.getAuthTag());
    this.#socket.write(concat(u32(sealed.length), sealed));
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Uint8Array): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : concat(this.#buffer, chunk);
    while (this.#buffer.length >= 4 && !this.#socket.destroyed) {
      const length = readU32(this.#buffer);
      const possible = length >= TAG && length <= FRAME + TAG;
      if (possible && this.#buffer.length < 4 + length) return;
      const frame = possible ? this.#open(this.#buffer.subarray(4, 4 + length)) : null;
      this.#buffer = this.#buffer.slice(4 + length);
      if (frame) this.#received(frame);
      else this.close();
    }
  }

  #received(frame: Uint8Array): void {
    if (this.#heard++ === 0) this.#proven();
    if (frame.length > 0) this.onFrame(frame);
  }

  #open(sealed: Uint8Array): Uint8Array | null {
    const decipher = createDecipheriv('aes-256-gcm', this.#opening, nonce(this.#heard));
    decipher.setAuthTag(sealed.subarray(-TAG));
    try {
      return concat(decipher.update(sealed.subarray(0, -TAG)), decipher.final());
    } catch {
      // Not sealed by the other, or not in its turn: whoever did that gets no word.
      return null;
    }
  }
}

function nonce(n: number): Uint8Array {
  return concat(new Uint8Array(8), u32(n));
}
