/**
 * Messages opened before their turn, each in the state that the one before leads to, so that their signatures are
 * verified side by side on other threads. States are values: whatever is opened here in vain has changed nothing.
 */
import { sameBytes } from '@polynya/crypto/bytes';
import type { PrivateMessage } from '../framing/private-message.ts';
import type { Environment } from '../group/environment.ts';
import { type Opened, openUnverified } from '../group/open-message.ts';
import type { GroupState } from '../group/state.ts';

/** Messages that are opened at once, at most: what is opened waits in memory. */
const MOST = 64;

interface Step {
  readonly message: PrivateMessage;
  /** undefined: it does not open. */
  readonly result: Promise<Result | undefined>;
}

interface Result {
  readonly before: GroupState;
  readonly opened: Opened;
  readonly holds: Promise<boolean>;
}

export class ReadAhead {
  #steps: readonly Step[];

  constructor(env: Environment, state: GroupState, messages: readonly PrivateMessage[]) {
    let before = Promise.resolve(state);
    this.#steps = messages.slice(0, MOST).map((message) => {
      const result = before.then((from) => resultOf(env, from, message));
      const [earlier, later] = [before, result];
      before = later.then((done) => done?.opened.state ?? earlier);
      return { message, result };
    });
  }

  /** What came of `message` in `state`: undefined if that was not foreseen, or it did not open or verify. */
  async take(message: PrivateMessage, state: GroupState): Promise<Opened | undefined> {
    const at = this.#steps.findIndex((step) => isSame(step.message, message));
    const step = this.#steps[at];
    if (step === undefined) return undefined;
    this.#steps = this.#steps.slice(at + 1);
    const result = await step.result;
    if (result?.before !== state || !(await result.holds)) return undefined;
    return result.opened;
  }
}

async function resultOf(
  env: Environment,
  before: GroupState,
  message: PrivateMessage,
): Promise<Result | undefined> {
  try {
    return { before, ...(await openUnverified(env, before, message)) };
  } catch {
    // `open` finds the same, in its turn.
    return undefined;
  }
}

/** Of one group. */
function isSame(a: PrivateMessage, b: PrivateMessage): boolean {
  return (
    a.epoch === b.epoch &&
    a.contentType === b.contentType &&
    sameBytes(a.ciphertext, b.ciphertext) &&
    sameBytes(a.encryptedSenderData, b.encryptedSenderData) &&
    sameBytes(a.authenticatedData, b.authenticatedData)
  );
}
