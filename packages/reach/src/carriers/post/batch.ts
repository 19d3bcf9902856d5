/** What the envelopes of one POST ask for: all begun at once, their answers gathered into one body. */
import { envelopesIn, joinEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import type { ServerSessions } from '../../server/server-sessions.ts';
import { Sink } from '../../server/sink.ts';

/** Bytes of envelopes in one answer; what is beyond is dropped and asked for again. */
const ANSWER = LIMITS.post - 4 * LIMITS.postEnvelopes;
/** How long answers are waited for, in ms: longer than the longest linger. */
const OPEN = 75_000;

export interface Batch {
  /** Resolves when all is answered, or has been waited for long enough. */
  readonly answered: Promise<void>;
  /** Takes no more answers; the body of those that came. */
  end(): Uint8Array<ArrayBuffer>;
}

/** Null if nothing in the body is for this server. @param open see OPEN */
export function beginBatch(body: Uint8Array, sessions: ServerSessions, open = OPEN): Batch | null {
  const envelopes = envelopesIn(body);
  const answers: Uint8Array[] = [];
  let bytes = 0;
  const sink = new Sink({
    standing: false,
    backlog: () => bytes,
    send: (envelope) => {
      if (bytes + envelope.length > ANSWER || answers.length === LIMITS.postEnvelopes) return;
      bytes += envelope.length;
      answers.push(envelope);
    },
  });
  const outcomes = envelopes.map((envelope) => sessions.receive(envelope, sink));
  const known = outcomes.filter((outcome) => outcome !== 'unknown');
  if (known.length === 0) return null;
  return {
    answered: within(open, Promise.all(known)),
    end: () => {
      sink.close();
      return joinEnvelopes(answers);
    },
  };
}

async function within(ms: number, all: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([all, late]);
  clearTimeout(timer);
}
