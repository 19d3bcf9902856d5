/** Randomness drawn from the system many bytes at a time: a call for each nonce would cost half as much as a seal. */
import type { Random } from '../clock.ts';

const POOL = 4_096;
/** Bytes up to which it pays. */
const SHORT = 256;

/** The same source, asked less often. No byte is handed out twice, and none is kept after it was. */
export function pooled(random: Random): Random {
  let pool = new Uint8Array(0);
  let used = 0;
  return (length) => {
    if (length > SHORT) return random(length);
    if (pool.length - used < length) {
      pool = new Uint8Array(random(POOL));
      used = 0;
    }
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++, used++) {
      bytes[i] = pool[used] as number;
      pool[used] = 0;
    }
    return bytes;
  };
}
