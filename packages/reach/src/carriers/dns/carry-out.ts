/** What the bodies that came by DNS ask for, at the server itself. */
import type { ServerSessions } from '../../server-sessions.ts';
import { beginBatch } from '../post/batch.ts';
import type { CarryOut } from './pieces.ts';

export function carryOutBy(sessions: ServerSessions): CarryOut {
  return async (body) => {
    const batch = beginBatch(body, sessions);
    if (!batch) return null;
    await batch.answered;
    return batch.end();
  };
}
