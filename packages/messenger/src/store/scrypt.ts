/**
 * scrypt (RFC 7914) with p = 1, over WebCrypto's PBKDF2: a page that is locked loads a tenth of what a library's
 * hashes would weigh. It takes most of a second without a pause: to be run in a worker.
 */

/** Words of a Salsa20 block. */
const BLOCK = 16;

/** @param cost N, a power of two; 128 · N · r bytes are needed */
export async function scrypt(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  { cost, r }: { readonly cost: number; readonly r: number },
): Promise<Uint8Array> {
  const mixed = await pbkdf2(password, salt, 128 * r);
  roMix(new Uint32Array(mixed.buffer), cost);
  return pbkdf2(password, mixed, 32);
}

async function pbkdf2(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 1 };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, length * 8));
}

/** Section 5: x is mixed in place. Words are little-endian, as on every machine that runs a browser. */
function roMix(x: Uint32Array, cost: number): void {
  const size = x.length;
  const steps = new Uint32Array(size * cost);
  const scratch = new Uint32Array(size);
  for (let i = 0; i < cost; i++) {
    steps.set(x, i * size);
    blockMix(x, scratch);
  }
  for (let i = 0; i < cost; i++) {
    const from = ((x[size - BLOCK] as number) & (cost - 1)) * size;
    for (let k = 0; k < size; k++) x[k] = (x[k] as number) ^ (steps[from + k] as number);
    blockMix(x, scratch);
  }
}

/** Section 4. */
function blockMix(x: Uint32Array, scratch: Uint32Array): void {
  const size = x.length;
  const t = x.slice(size - BLOCK);
  const work = new Uint32Array(BLOCK);
  const blocks = size / BLOCK;
  for (let i = 0; i < blocks; i++) {
    for (let k = 0; k < BLOCK; k++) t[k] = (t[k] as number) ^ (x[i * BLOCK + k] as number);
    salsa8(t, work);
    scratch.set(t, ((i >> 1) + (i & 1) * (blocks / 2)) * BLOCK);
  }
  x.set(scratch);
}

/** Quarter rounds of a double round: columns, then rows. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
].flat();

/** Section 3: Salsa20/8, in place; `x` is room to work in. */
function salsa8(b: Uint32Array, x: Uint32Array): void {
  x.set(b);
  for (let round = 0; round < 8; round += 2) {
    for (let q = 0; q < QUARTERS.length; q += 4) {
      const i0 = QUARTERS[q] as number;
      const i1 = QUARTERS[q + 1] as number;
      const i2 = QUARTERS[q + 2] as number;
      const i3 = QUARTERS[q + 3] as number;
      let [v0, v1, v2, v3] = [x[i0] as number, x[i1] as number, x[i2] as number, x[i3] as number];
      v1 ^= rotated(v0 + v3, 7);
      v2 ^= rotated(v1 + v0, 9);
      v3 ^= rotated(v2 + v1, 13);
      v0 ^= rotated(v3 + v2, 18);
      x[i0] = v0;
      x[i1] = v1;
      x[i2] = v2;
      x[i3] = v3;
    }
  }
  for (let k = 0; k < BLOCK; k++) b[k] = (b[k] as number) + (x[k] as number);
}

function rotated(sum: number, by: number): number {
  return (sum << by) | (sum >>> (32 - by));
}
