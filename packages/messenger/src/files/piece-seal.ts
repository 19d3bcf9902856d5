/** A file's pieces, sealed as a blob's are, and of the lengths that its reference says. */
import type { Bytes } from '@polynya/protocol/bytes';
import type { FileRef } from '@polynya/protocol/content';
import { Problem } from '../api.ts';
import { blobSeal } from '../blob-seal.ts';
import { pieceLength } from './file-record.ts';

export interface PieceSeal {
  seal(index: number, plain: Uint8Array): Promise<Bytes>;
  /** @throws Problem `corrupt`: not this piece, or not of the length it must have */
  open(index: number, sealed: Uint8Array): Promise<Bytes>;
}

export async function pieceSeal(ref: FileRef): Promise<PieceSeal> {
  const { seal, open } = await blobSeal(ref.key, ref.blob);
  return {
    seal,
    open: async (index, sealed) => {
      const plain = await open(index, sealed);
      if (plain?.length !== pieceLength(ref, index)) throw new Problem('corrupt');
      return plain;
    },
  };
}
