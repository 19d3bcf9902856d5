/** How requests end, in a closed list of words: `ok`, the code of a refusal, or `bug`. */
import { ProtocolError } from '@polynya/protocol/protocol-error';

/** Does `work`, and tells how it ended before it is known elsewhere. Rejects with what `work` rejects with. */
export function telling<T>(work: () => Promise<T>, tell: (outcome: string) => void): Promise<T> {
  return work().then(
    (answer) => {
      tell('ok');
      return answer;
    },
    (error: unknown) => {
      tell(error instanceof ProtocolError ? error.code : 'bug');
      throw error;
    },
  );
}
