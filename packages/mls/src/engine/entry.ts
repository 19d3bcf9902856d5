/** A PrivateMessage (RFC 9420 section 6.3) as it stands in a log: without what the log says already. */
import { concat, EMPTY } from '@polynya/crypto/bytes';
import type { Entry } from '../engine.ts';
import { type PrivateMessage, SEALED_SENDER_DATA } from '../framing/private-message.ts';
import { MlsError } from '../mls-error.ts';
import { MAX_BODY, MAX_BOUND } from './limits.ts';

/** `authenticated_data` of a Commit ends in whether it closes: a server that tells it otherwise breaks the seal. */
export function withClosesFlag(authenticatedData: Uint8Array, closes: boolean): Uint8Array {
  return concat(authenticatedData, Uint8Array.of(closes ? 1 : 0));
}

/** Without lengths: sender data have always the same, and the rest is ciphertext. */
export function encodeBody({ encryptedSenderData, ciphertext }: PrivateMessage): Uint8Array {
  return concat(encryptedSenderData, ciphertext);
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
  if (entry.body.length < SEALED_SENDER_DATA || entry.body.length > MAX_BODY) {
    throw new MlsError('malformed', 'of no length that an entry has');
  }
  return {
    encryptedSenderData: entry.body.slice(0, SEALED_SENDER_DATA),
    ciphertext: entry.body.slice(SEALED_SENDER_DATA),
    groupId,
    epoch: BigInt(entry.epoch),
    contentType: isCommit ? 'commit' : 'application',
    authenticatedData: isCommit ? withClosesFlag(bound, entry.closes === true) : bound,
  };
}
