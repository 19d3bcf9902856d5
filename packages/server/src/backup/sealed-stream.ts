/**
 * A long stream sealed in pieces, so that it is never whole in memory and no piece can be dropped, swapped
 * or cut off unseen: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM.
 *
 *     piece = AES-256-GCM(key, nonce = counter(11) ‖ last(1), aad = header, at most 64 KiB)
 *
 * A key seals one stream only.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const TAG = 16;
const PIECE = 65_536;

/** The stream was changed, cut short, or sealed under another key. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
}

/** Seals what `plain` gives. `key`: 32 bytes; `header`: told in clear, and bound to every piece. */
export async function* sealStream(
  key: Uint8Array,
  header: Uint8Array,
  plain: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let counter = 0;
  const seal = (piece: Uint8Array, last: boolean): Uint8Array => {
    const cipher = createCipheriv(CIPHER, key, nonceOf(counter++, last)).setAAD(header);
    return Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
  };
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of plain) {
    waiting.push(bytes);
    size += bytes.length;
    // A full piece waits until it is known whether it is the last.
    if (size <= PIECE) continue;
    const all = Buffer.concat(waiting);
    let at = 0;
    for (; all.length - at > PIECE; at += PIECE) yield seal(all.subarray(at, at + PIECE), false);
    waiting = [all.subarray(at)];
    size = all.length - at;
  }
  yield seal(Buffer.concat(waiting), true);
}

/** Opens what `sealStream` made; whatever it gives is authentic. @throws StreamError */
export async function* openStream(
  key: Uint8Array,
  header: Uint8Array,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let counter = 0;
  const open = (piece: Uint8Array, last: boolean): Uint8Array => {
    if (piece.length < TAG) throw new StreamError('cut short');
    const end = piece.length - TAG;
    const decipher = createDecipheriv(CIPHER, key, nonceOf(counter++, last));
    decipher.setAAD(header).setAuthTag(piece.subarray(end));
    try {
      return Buffer.concat([decipher.update(piece.subarray(0, end)), decipher.final()]);
    } catch (error) {
      throw new StreamError('changed, cut short, or sealed under another key', { cause: error });
    }
  };
  let rest: Uint8Array = new Uint8Array(0);
  for await (const bytes of sealed) {
    const all = Buffer.concat([rest, bytes]);
    let at = 0;
    for (; all.length - at > PIECE + TAG; at += PIECE + TAG) {
      yield open(all.subarray(at, at + PIECE + TAG), false);
    }
    rest = all.subarray(at);
  }
  yield open(rest, true);
}

function nonceOf(counter: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(counter, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
