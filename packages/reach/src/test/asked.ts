/** What a session's logic answers to one request. Rejects with what it refuses it with. */
import type { Cbor } from '@polynya/protocol/cbor';
import type { Request } from '@polynya/protocol/requests';
import type { SessionLogic } from '../server/session-handler.ts';

export function asked(logic: SessionLogic, request: Request): Promise<Cbor> {
  return new Promise((resolve, reject) => {
    logic.call(request, (outcome) => {
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    });
  });
}
