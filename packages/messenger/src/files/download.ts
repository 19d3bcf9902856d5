/**
 * A file on its way in: each piece is opened before it is kept, and kept sealed; what was kept is not
 * asked for again. Once all are here the SHA-256 of the whole decides.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { equal } from '@polynya/protocol/bytes';
import type { FileRef } from '@polynya/protocol/content';
import { Problem } from '../api.ts';
import { pieceCount } from './file-record.ts';
import { inFlight } from './in-flight.ts';
import { type PieceSeal, pieceSeal } from './piece-seal.ts';
import { type FileLine, missing, type Transfer, withPieces } from './transfer.ts';
import { LANES } from './upload.ts';

/**
 * Gets what is missing and checks the whole.
 * @throws Problem `corrupt`: a piece or the whole is not what the reference says
 * @throws ProtocolError, StoreError, NoLongerWanted
 */
export async function download(transfer: Transfer, ref: FileRef, line: FileLine): Promise<void> {
  const pieces = pieceCount(ref);
  if (pieces === null) throw new Problem('corrupt');
  const { blob, secret } = ref;
  const seal = await pieceSeal(ref);
  const { present } = await transfer.advance((record) => ({ ...record, state: 'moving' }));
  await inFlight(LANES, missing(present, pieces), async (index) => {
    const { body } = await transfer.ask(line, { op: 'get', blob, secret, index });
    await seal.open(index, body);
    await transfer.advance(
      (record) => ({ ...record, present: withPieces(record.present, [index], pieces) }),
      () => [{ table: 'piece', key: transfer.pieceKey(index), value: body }],
    );
  });
  const hash = sha256.create();
  for (let index = 0; index < pieces; index++) hash.update(await openKept(transfer, seal, index));
  if (!equal(hash.digest(), ref.hash)) throw new Problem('corrupt');
}

/** The file as it is kept here, in pieces. @throws Problem `corrupt`, StoreError */
export async function assemble(
  transfer: Transfer,
  ref: FileRef,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const seal = await pieceSeal(ref);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let index = 0; index < (pieceCount(ref) ?? 0); index++) {
    parts.push(await openKept(transfer, seal, index));
  }
  return parts;
}

async function openKept(transfer: Transfer, seal: PieceSeal, index: number) {
  const sealed = await transfer.piece(index);
  if (!sealed) throw new Problem('corrupt');
  return seal.open(index, sealed);
}
