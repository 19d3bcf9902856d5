/** A PrivateMessage (RFC 9420 section 6.3) as it stands in a log: without what the log says already. */
import { concat, EMPTY } from '@polynya/crypto/bytes';
import { decode, encode, opaque, struct } from '../codec/codec.ts';
import type { Entry } from '../engine.ts';
import type { PrivateMessage } from '../framing/private-message.ts';
import { MlsError } from '../mls-error.ts';
import { MAX_BODY, MAX_BOUND } from './limits.ts';

const body = struct({ encryptedSenderData: opaque, ciphertext: opaque });

/** `authenticated_data` of a Commit ends in whether it closes: a server that tells it otherwise breaks the seal. */
export function withClosesFlag(authenticatedData: Uint8Array, closes: boolean): Uint8Array {
  return concat(authenticatedData, Uint8Array.of(closes ? 1 : 0));
}

export function encodeBody(message: PrivateMessage): Uint8Array {
  return encode(body, message);
}

/** @throws MlsError `invalid-argument` */
export function checkBound(authenticatedData: Uint8Array): void {
  if (authenticatedData.length > MAX_BOUND) {
    throw new MlsError('invalid-argument', `more than ${MAX_BOUND} bound bytes`);
  }
}

/** The PrivateMessage that an entry of group `groupId` stands for. @throws MlsError `malformed` */
export function decodeEntry(entry: Entry, groupId: Uint8Array): PrivateMessage {
  for (const number of [entry.epoch, entry.time ?? 0]) {
    if (!Number.isSafeInteger(number) || number < 0) throw new MlsError('malformed');
  }
  const isCommit = entry.kind === 'commit';
  const bound = entry.authenticatedData ?? EMPTY;
  if (bound.length > MAX_BOUND)
    throw new MlsError('malformed', `more than ${MAX_BOUND} bound bytes`);
  return {
    ...decode(body, entry.body, MAX_BODY),
    groupId,
    epoch: BigInt(entry.epoch),
    contentType: isCommit ? 'commit' : 'application',
    authenticatedData: isCommit ? withClosesFlag(bound, entry.closes === true) : bound,
  };
}
