/** How requests end, in a closed list of words: `ok`, the code of a refusal, or `bug`. */
import { ProtocolError } from '@polynya/protocol/protocol-error';

/** Does `work`, and tells how it ended before it is known elsewhere. @throws whatever `work` throws */
export async function telling<T>(
  work: () => Promise<T>,
  tell: (outcome: string) => void,
): Promise<T> {
  let outcome = 'bug';
  try {
    const answer = await work();
    outcome = 'ok';
    return answer;
  } catch (error) {
    if (error instanceof ProtocolError) outcome = error.code;
    throw error;
  } finally {
    tell(outcome);
  }
}
