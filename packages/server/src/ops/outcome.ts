/** How requests end, in a closed list of words: `ok`, the code of a refusal, or `bug`. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Outcome } from '@polynya/reach/server/session-handler';

export function wordOf(outcome: Outcome): string {
  if (!(outcome instanceof Error)) return 'ok';
  return outcome instanceof ProtocolError ? outcome.code : 'bug';
}
