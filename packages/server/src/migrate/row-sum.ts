/** What a table holds, in one number whatever the order of its rows: by it a copy is held against its original. */
import { createHash } from 'node:crypto';
import { encodeRecord } from '../backup/backup-file.ts';
import type { Stored } from '../engine/engine.ts';

const MODULUS = 1n << 256n;

export class RowSum {
  rows = 0;
  #sum = 0n;

  add(values: readonly Stored[]): void {
    const hash = createHash('sha256')
      .update(encodeRecord({ kind: 'row', values }))
      .digest('hex');
    this.#sum = (this.#sum + BigInt(`0x${hash}`)) % MODULUS;
    this.rows++;
  }

  /** The sum of the SHA-256 of all rows modulo 2^256, in hexadecimal. */
  get hash(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}
