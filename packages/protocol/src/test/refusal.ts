/** How a test says what was refused. */
import { type ErrorCode, ProtocolError } from '../protocol-error.ts';

/** The code of the ProtocolError that `act` throws, 'accepted' if it throws none; any other error is passed on. */
export function refusal(act: () => unknown): ErrorCode | 'accepted' {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
