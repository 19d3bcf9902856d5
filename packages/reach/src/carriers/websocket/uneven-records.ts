/**
 * What is written leaves in pieces of no fixed length, each a TLS record of its own (RFC 8446 section 5.1): envelopes
 * have few lengths, an upgrade of a WebSocket has one, and whoever sees only records would know both again.
 */
import { Duplex } from 'node:stream';
import type { Random } from '../../clock.ts';

/** Bytes: what is no longer than `LARGE` goes in two pieces, and what is, in pieces about as long as requests of browsers. */
const LARGE = 512;
const PIECE = { least: 160, most: 480 };

/** The same stream, every write of which is cut at random places. It ends with `inner`, and `inner` with it. */
export function unevenly(inner: Duplex, random: Random): Duplex {
  return new Uneven(inner, random);
}

class Uneven extends Duplex {
  readonly #inner: Duplex;
  readonly #random: Random;

  constructor(inner: Duplex, random: Random) {
    super({ decodeStrings: true });
    this.#inner = inner;
    this.#random = random;
    inner.on('data', (data: Buffer) => {
      if (!this.push(data)) inner.pause();
    });
    inner.on('end', () => this.push(null));
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const lengths = this.#lengths(bytes.length);
    let at = 0;
    // One after the other: what waits together leaves together.
    const next = (error?: Error | null): void => {
      const length = lengths.shift();
      if (error || length === undefined) {
        done(error);
        return;
      }
      const piece = bytes.subarray(at, at + length);
      at += length;
      this.#inner.write(piece, next);
    };
    next();
  }

  /** What was written together leaves together: a head by itself would be a record of its own. */
  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done);
  }

  /** Without the alert that says so (RFC 8446 section 6.1): of those who read a site nobody is sent one as they go. */
  override _final(done: (error?: Error | null) => void): void {
    this.#inner.destroy();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }

  #lengths(bytes: number): number[] {
    if (bytes < 4) return [bytes];
    if (bytes <= LARGE) {
      const first = this.#between(bytes >> 2, bytes - (bytes >> 2));
      return [first, bytes - first];
    }
    const lengths: number[] = [];
    for (let left = bytes; left > 0; ) {
      const next = Math.min(left, this.#between(PIECE.least, PIECE.most));
      lengths.push(next);
      left -= next;
    }
    return lengths;
  }

  /** Inclusive. */
  #between(least: number, most: number): number {
    const [high = 0, low = 0] = this.#random(2);
    return least + (((high << 8) | low) % (most - least + 1));
  }
}
