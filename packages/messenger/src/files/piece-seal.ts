/**
 * A file's pieces, sealed: AES-256-GCM (NIST SP 800-38D) under a key made for this file alone, so that
 * the piece's index serves as nonce. Bound to the blob, a piece fits no other place.
 */
import { type Bytes, concat } from '@polynya/protocol/bytes';
import type { FileRef } from '@polynya/protocol/content';
import { Problem } from '../api.ts';
import { pieceLength } from './file-record.ts';

export interface PieceSeal {
  seal(index: number, plain: Uint8Array): Promise<Bytes>;
  /** @throws Problem `corrupt`: not this piece, or not of the length it must have */
  open(index: number, sealed: Uint8Array): Promise<Bytes>;
}

export async function pieceSeal(ref: FileRef): Promise<PieceSeal> {
  const raw = concat(ref.key);
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const additionalData = concat(ref.blob);
  const parameters = (index: number) => {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(8, index);
    return { name: 'AES-GCM', iv, additionalData };
  };
  return {
    seal: async (index, plain) =>
      new Uint8Array(await crypto.subtle.encrypt(parameters(index), key, concat(plain))),
    open: async (index, sealed) => {
      const plain = await crypto.subtle
        .decrypt(parameters(index), key, concat(sealed))
        .catch(() => null);
      if (plain?.byteLength !== pieceLength(ref, index)) throw new Problem('corrupt');
      return new Uint8Array(plain);
    },
  };
}
