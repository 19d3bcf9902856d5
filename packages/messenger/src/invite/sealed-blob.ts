/**
 * A WelcomePackage on its way: sealed pieces in a blob whose id and keys all derive from one secret
 * (docs/protocol.md section 7), be it that of an invite or of a letter.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { type WelcomePackage, welcome as welcomeCodec } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { seatSecrets } from '@polynya/protocol/seat-secrets';
import type { Connection } from '@polynya/reach/client/client';
import { blobSeal } from '../blob-seal.ts';

const TAG = 16;
const PLAIN_PIECE = LIMITS.piece - TAG;
const MOST_PIECES = 8;

export function encodeWelcomePackage(welcomePackage: WelcomePackage): Uint8Array {
  return encodeCbor(welcomeCodec.encode(welcomePackage));
}

/** Can be repeated until it succeeds: what is there stays, what is missing is added. */
export async function putPackage(
  connection: Connection,
  secret: Uint8Array,
  allowance: Uint8Array,
  encoded: Uint8Array,
): Promise<void> {
  const { blobId: blob, read, drop, seal } = seatSecrets(secret);
  const pieces = Math.ceil(encoded.length / PLAIN_PIECE);
  await connection.call({
    op: 'blob',
    blob,
    hash: sha256(read),
    drop: sha256(drop),
    pieces,
    allowance,
  });
  const sealing = await blobSeal(seal, blob);
  for (let index = 0; index < pieces; index++) {
    const plain = encoded.slice(index * PLAIN_PIECE, (index + 1) * PLAIN_PIECE);
    const body = await sealing.seal(index, plain);
    await connection.call({ op: 'put', blob, secret: read, index, body });
  }
}

/**
 * @throws ProtocolError 'not-found': used, withdrawn or expired; 'malformed': not what this secret seals
 */
export async function getPackage(
  connection: Connection,
  secret: Uint8Array,
): Promise<WelcomePackage> {
  const { blobId: blob, read, seal } = seatSecrets(secret);
  const { pieces } = await connection.call({ op: 'stat', blob, secret: read });
  if (pieces > MOST_PIECES) throw new ProtocolError('malformed', 'a Welcome of too many pieces');
  const sealing = await blobSeal(seal, blob);
  const opened: Uint8Array[] = [];
  for (let index = 0; index < pieces; index++) {
    const { body } = await connection.call({ op: 'get', blob, secret: read, index });
    const plain = await sealing.open(index, body);
    if (!plain) throw new ProtocolError('malformed', 'a piece does not open');
    opened.push(plain);
  }
  return welcomeCodec.decode(decodeCbor(concat(...opened)));
}

/** It is no error if the blob is gone already. */
export async function dropPackage(connection: Connection, secret: Uint8Array): Promise<void> {
  const { blobId: blob, drop } = seatSecrets(secret);
  try {
    await connection.call({ op: 'drop', blob, secret: drop });
  } catch (error) {
    if (!(error instanceof ProtocolError && error.code === 'not-found')) throw error;
  }
}
