/** What happened in a chat, as a sentence. */
import type { MessageView } from '@polynya/messenger/api';
import type { Language } from '../../words/use-words.ts';

/** '' for a message that is no event. */
export function eventText(
  { t, format }: Pick<Language, 't' | 'format'>,
  { event }: MessageView,
): string {
  switch (event?.event) {
    case 'created':
      return t().eventCreated;
    case 'joined':
      return event.by === null
        ? t().eventJoined(event.person)
        : t().eventJoinedBy(event.person, event.by);
    case 'added':
      return t().eventAdded(event.person, event.by);
    case 'left':
      return t().eventLeft(event.person);
    case 'removed':
      return t().eventRemoved(event.person, event.by);
    case 'pinned':
      return t().eventPinned(event.by);
    case 'renamed':
      return t().eventRenamed(event.title, event.by);
    case 'timer':
      return event.after === 0
        ? t().eventTimerOff(event.by)
        : t().eventTimer(event.by, format().lasting(event.after));
    case 'admin':
      return event.on
        ? t().eventAdminOn(event.person, event.by)
        : t().eventAdminOff(event.person, event.by);
    case 'lost':
      return t().eventLost(event.count);
    case 'refounded':
      return t().eventRefounded(event.without);
    case 'unreached':
      return t().eventUnreached(event.person);
    case 'resent':
      return t().eventResent(event.by);
    case 'given':
      return t().eventGiven;
    case undefined:
      return '';
  }
}
