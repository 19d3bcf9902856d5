/**
 * scrypt (RFC 7914) with p = 1, over WebCrypto's PBKDF2: a page that is locked loads a tenth of what a library's
 * hashes would weigh. It takes most of a second without a pause: to be run in a worker.
 */

/** Words of a Salsa20 block. */
const BLOCK = 16;
/** How often whoever waits hears of it. */
const TOLD = 32;

/**
 * @param cost N, a power of two; 128 · N · r bytes are needed
 * @param progress hears the share that is done, 0 to 1
 */
export async function scrypt(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  { cost, r }: { readonly cost: number; readonly r: number },
  progress: (share: number) => void = () => undefined,
): Promise<Uint8Array> {
  const mixed = await pbkdf2(password, salt, 128 * r);
  roMix(new Uint32Array(mixed.buffer), cost, progress);
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
function roMix(x: Uint32Array, cost: number, progress: (share: number) => void): void {
  const size = x.length;
  const steps = new Uint32Array(size * cost);
  const scratch = new Uint32Array(size);
  const block = new Uint32Array(BLOCK);
  const every = Math.max(1, (2 * cost) / TOLD);
  for (let i = 0; i < 2 * cost; i++) {
    if (i % every === 0) progress(i / (2 * cost));
    if (i < cost) steps.set(x, i * size);
    else {
      const from = ((x[size - BLOCK] as number) & (cost - 1)) * size;
      for (let k = 0; k < size; k++) x[k] = (x[k] as number) ^ (steps[from + k] as number);
    }
    blockMix(x, scratch, block);
  }
}

/** Section 4. `scratch` and `t` are room to work in. */
function blockMix(x: Uint32Array, scratch: Uint32Array, t: Uint32Array): void {
  const size = x.length;
  const half = size >> 1;
  let before = x;
  let at = size - BLOCK;
  for (let i = 0; i < size; i += BLOCK) {
    for (let k = 0; k < BLOCK; k++) t[k] = (before[at + k] as number) ^ (x[i + k] as number);
    before = scratch;
    at = ((i >> 5) << 4) + (i & BLOCK ? half : 0);
    salsa8(t, scratch, at);
  }
  x.set(scratch);
}

/** Section 3: Salsa20/8. In variables and without a function for the rotation: several times as fast. */
function salsa8(t: Uint32Array, to: Uint32Array, at: number): void {
  let x0 = t[0] as number;
  let x1 = t[1] as number;
  let x2 = t[2] as number;
  let x3 = t[3] as number;
  let x4 = t[4] as number;
  let x5 = t[5] as number;
  let x6 = t[6] as number;
  let x7 = t[7] as number;
  let x8 = t[8] as number;
  let x9 = t[9] as number;
  let x10 = t[10] as number;
  let x11 = t[11] as number;
  let x12 = t[12] as number;
  let x13 = t[13] as number;
  let x14 = t[14] as number;
  let x15 = t[15] as number;
  // Columns, then rows.
  let s = 0;
  for (let round = 0; round < 8; round += 2) {
    s = (x0 + x12) | 0;
    x4 ^= (s << 7) | (s >>> 25);
    s = (x4 + x0) | 0;
    x8 ^= (s << 9) | (s >>> 23);
    s = (x8 + x4) | 0;
    x12 ^= (s << 13) | (s >>> 19);
    s = (x12 + x8) | 0;
    x0 ^= (s << 18) | (s >>> 14);
    s = (x5 + x1) | 0;
    x9 ^= (s << 7) | (s >>> 25);
    s = (x9 + x5) | 0;
    x13 ^= (s << 9) | (s >>> 23);
    s = (x13 + x9) | 0;
    x1 ^= (s << 13) | (s >>> 19);
    s = (x1 + x13) | 0;
    x5 ^= (s << 18) | (s >>> 14);
    s = (x10 + x6) | 0;
    x14 ^= (s << 7) | (s >>> 25);
    s = (x14 + x10) | 0;
    x2 ^= (s << 9) | (s >>> 23);
    s = (x2 + x14) | 0;
    x6 ^= (s << 13) | (s >>> 19);
    s = (x6 + x2) | 0;
    x10 ^= (s << 18) | (s >>> 14);
    s = (x15 + x11) | 0;
    x3 ^= (s << 7) | (s >>> 25);
    s = (x3 + x15) | 0;
    x7 ^= (s << 9) | (s >>> 23);
    s = (x7 + x3) | 0;
    x11 ^= (s << 13) | (s >>> 19);
    s = (x11 + x7) | 0;
    x15 ^= (s << 18) | (s >>> 14);
    s = (x0 + x3) | 0;
    x1 ^= (s << 7) | (s >>> 25);
    s = (x1 + x0) | 0;
    x2 ^= (s << 9) | (s >>> 23);
    s = (x2 + x1) | 0;
    x3 ^= (s << 13) | (s >>> 19);
    s = (x3 + x2) | 0;
    x0 ^= (s << 18) | (s >>> 14);
    s = (x5 + x4) | 0;
    x6 ^= (s << 7) | (s >>> 25);
    s = (x6 + x5) | 0;
    x7 ^= (s << 9) | (s >>> 23);
    s = (x7 + x6) | 0;
    x4 ^= (s << 13) | (s >>> 19);
    s = (x4 + x7) | 0;
    x5 ^= (s << 18) | (s >>> 14);
    s = (x10 + x9) | 0;
    x11 ^= (s << 7) | (s >>> 25);
    s = (x11 + x10) | 0;
    x8 ^= (s << 9) | (s >>> 23);
    s = (x8 + x11) | 0;
    x9 ^= (s << 13) | (s >>> 19);
    s = (x9 + x8) | 0;
    x10 ^= (s << 18) | (s >>> 14);
    s = (x15 + x14) | 0;
    x12 ^= (s << 7) | (s >>> 25);
    s = (x12 + x15) | 0;
    x13 ^= (s << 9) | (s >>> 23);
    s = (x13 + x12) | 0;
    x14 ^= (s << 13) | (s >>> 19);
    s = (x14 + x13) | 0;
    x15 ^= (s << 18) | (s >>> 14);
  }
  to[at + 0] = (t[0] as number) + x0;
  to[at + 1] = (t[1] as number) + x1;
  to[at + 2] = (t[2] as number) + x2;
  to[at + 3] = (t[3] as number) + x3;
  to[at + 4] = (t[4] as number) + x4;
  to[at + 5] = (t[5] as number) + x5;
  to[at + 6] = (t[6] as number) + x6;
  to[at + 7] = (t[7] as number) + x7;
  to[at + 8] = (t[8] as number) + x8;
  to[at + 9] = (t[9] as number) + x9;
  to[at + 10] = (t[10] as number) + x10;
  to[at + 11] = (t[11] as number) + x11;
  to[at + 12] = (t[12] as number) + x12;
  to[at + 13] = (t[13] as number) + x13;
  to[at + 14] = (t[14] as number) + x14;
  to[at + 15] = (t[15] as number) + x15;
}
