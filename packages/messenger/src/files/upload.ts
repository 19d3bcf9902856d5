/**
 * An own file on its way out: first copied, sealed, into the Store, so that neither a restart nor the
 * loss of its source matters, then put to the server piece by piece, from where it was left off.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { FileRef } from '@polynya/protocol/content';
import { Problem } from '../api.ts';
import { pieceCount } from './file-record.ts';
import { inFlight } from './in-flight.ts';
import { pieceSeal } from './piece-seal.ts';
import { type FileLine, missing, type Transfer, withPieces } from './transfer.ts';

/** Requests for pieces that are on their way at once, either direction. */
export const LANES = 4;
/** Pieces put between two writings of the record. */
const COARSE = 8;

/**
 * Copies the source into the Store. Resolves with the SHA-256 of its bytes.
 * @throws Problem `failed` if the source cannot be read or changes its size, StoreError
 */
export async function copyIn(transfer: Transfer, ref: FileRef, source: Blob): Promise<Uint8Array> {
  const seal = await pieceSeal(ref);
  const hash = sha256.create();
  const pieces = pieceCount(ref) ?? 0;
  for (let index = 0; index < pieces; index++) {
    const from = index * ref.pieceSize;
    const to = Math.min(ref.size, from + ref.pieceSize);
    const plain = new Uint8Array(await source.slice(from, to).arrayBuffer());
    if (plain.length !== to - from)
      throw new Problem('failed', 'the file changed while being read');
    hash.update(plain);
    const value = await seal.seal(index, plain);
    const piece = { table: 'piece', key: transfer.pieceKey(index), value } as const;
    await transfer.update(
      (record) => record,
      () => [piece],
    );
  }
  return hash.digest();
}

/** Puts what the server does not have yet. @throws ProtocolError, StoreError, NoLongerWanted */
export async function upload(
  transfer: Transfer,
  ref: FileRef,
  line: FileLine,
  allowance: Uint8Array,
): Promise<void> {
  const { blob, secret } = ref;
  const pieces = pieceCount(ref) ?? 0;
  const { drop } = await transfer.record();
  const hash = sha256(secret);
  await transfer.ask(line, { op: 'blob', blob, hash, drop: sha256(drop), pieces, allowance });
  let { present } = await transfer.ask(line, { op: 'stat', blob, secret });
  const todo = missing(present, pieces);
  let count = 0;
  await transfer.advance((record) => ({ ...record, state: 'moving', present }));
  await inFlight(LANES, todo, async (index) => {
    const body = await transfer.piece(index);
    if (!body) throw new Problem('corrupt');
    await transfer.ask(line, { op: 'put', blob, secret, index, body });
    present = withPieces(present, [index], pieces);
    if (++count % COARSE === 0) await transfer.advance((record) => ({ ...record, present }));
  });
  await transfer.advance((record) => ({ ...record, present }));
}
