/** Why nothing of a carried file was taken. */

/**
 * - `too-big`: longer than such a file may be
 * - `not-for-us`: sealed for chats that are not on this device, or for an epoch of theirs that it does not know
 * - `damaged`: meant for a chat of ours, and not as it was sealed
 */
export type CarryErrorCode = 'too-big' | 'not-for-us' | 'damaged';

export class CarryError extends Error {
  override readonly name = 'CarryError';
  readonly code: CarryErrorCode;

  constructor(code: CarryErrorCode, cause?: unknown) {
    super(code, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
