/**
 * Pieces of a blob, sealed: AES-256-GCM (NIST SP 800-38D) under a key made for this blob alone, so that
 * the piece's index serves as nonce. Bound to the blob, a piece fits no other place.
 */
import { type Bytes, concat } from '@polynya/protocol/bytes';

export interface BlobSeal {
  seal(index: number, plain: Uint8Array): Promise<Bytes>;
  /** null: not this piece of this blob. */
  open(index: number, sealed: Uint8Array): Promise<Bytes | null>;
}

/** @param key 32 bytes, used for no other blob; @param blob the blob's id */
export async function blobSeal(key: Uint8Array, blob: Uint8Array): Promise<BlobSeal> {
  const uses: KeyUsage[] = ['encrypt', 'decrypt'];
  const imported = await crypto.subtle.importKey('raw', concat(key), 'AES-GCM', false, uses);
  const additionalData = concat(blob);
  const parameters = (index: number) => {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(8, index);
    return { name: 'AES-GCM', iv, additionalData };
  };
  return {
    seal: async (index, plain) =>
      new Uint8Array(await crypto.subtle.encrypt(parameters(index), imported, concat(plain))),
    open: async (index, sealed) => {
      const plain = await crypto.subtle
        .decrypt(parameters(index), imported, concat(sealed))
        .catch(() => null);
      return plain && new Uint8Array(plain);
    },
  };
}
