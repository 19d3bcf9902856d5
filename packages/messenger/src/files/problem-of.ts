/** What went wrong with a file, in the words that a view knows. */
import { type ErrorCode, ProtocolError } from '@polynya/protocol/protocol-error';
import { Problem, type ProblemCode } from '../api.ts';
import { StoreError } from '../store/store.ts';

const OF_SERVER: Partial<Record<ErrorCode, ProblemCode>> = {
  full: 'server-full',
  'not-found': 'not-found',
  'too-big': 'too-big',
  quota: 'quota',
  expired: 'quota',
  version: 'version',
};
const OF_STORE: Partial<Record<StoreError['code'], ProblemCode>> = {
  full: 'storage-full',
  corrupt: 'corrupt',
};

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code =
    error instanceof ProtocolError
      ? OF_SERVER[error.code]
      : error instanceof StoreError
        ? OF_STORE[error.code]
        : undefined;
  return new Problem(code ?? 'failed');
}

/** Whether the same may succeed later without anybody doing something: ms to wait, or null. */
export function worthWaiting(error: unknown): number | null {
  if (!(error instanceof ProtocolError) || !error.retriable || error.code === 'full') return null;
  return Math.max(error.retryAfter, 5_000);
}
