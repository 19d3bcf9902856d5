/**
 * What to do about a carrier that owes answers and is silent: the same way is tried anew beside it, and others. A host
 * that is gone shows by another that answers; a connection that froze shows by the same host's answering anew.
 */
import { type Clock, pause } from '../clock.ts';
import type { Conversation } from './conversation.ts';
import type { Line } from './line.ts';

/** A carrier that answers so soon after another has opened beside it was slow and nothing else, in ms. */
const GRACE = 200;

/** The next step where one was silent for too long: it is asked, then others are tried beside it, then it is dead. */
export function doubt(
  conversation: Conversation,
  line: Line,
  clock: Clock,
  closing: AbortSignal,
  ask: () => void,
): void {
  if (conversation.doubt === 'none') {
    conversation.doubt = 'asked';
    ask();
  } else if (conversation.doubt === 'asked') {
    conversation.doubt = 'tried-others';
    void lookBeside(conversation, line, clock, closing);
  } else {
    conversation.silent = true;
    conversation.end();
  }
}

/** Gives `conversation` up once another way stands, which is then the line's next; not if it is heard meanwhile. */
async function lookBeside(
  conversation: Conversation,
  line: Line,
  clock: Clock,
  closing: AbortSignal,
): Promise<void> {
  const { heardAt, way } = conversation;
  const heard = () => conversation.ended || conversation.heardAt !== heardAt;
  // Two connections that freeze one after the other are no accident: the next would too.
  const unfreezing = line.frozen > 0 ? line.spread : undefined;
  const sips = unfreezing && (await line.tryOne(unfreezing, closing).catch(() => null));
  const next =
    sips && unfreezing
      ? { carrier: sips, way: unfreezing }
      : await line.beside(way, conversation.heard, closing).catch(() => null);
  if (!next) return;
  await pause(clock, GRACE, conversation.signal);
  if (heard() || closing.aborted) return next.carrier.close();
  const froze = next.way === way && conversation.heard;
  if (froze) line.frozen++;
  if (froze || sips) conversation.excused = true;
  else conversation.silent = true;
  line.next = next;
  conversation.end();
}
