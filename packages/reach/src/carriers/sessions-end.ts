/** Bodies that came by DNS or a dead drop lead to the server's own sessions. */
import type { ServerSessions } from '../server/server-sessions.ts';
import type { PiecesEnd } from './dns/pieces.ts';
import { beginBatch } from './post/batch.ts';

export function sessionsEnd(sessions: ServerSessions): PiecesEnd {
  return {
    carryOut: async (body) => {
      const batch = beginBatch(body, sessions);
      if (!batch) return null;
      await batch.answered;
      return batch.end();
    },
    issued: (handle) => sessions.issued(handle),
  };
}
