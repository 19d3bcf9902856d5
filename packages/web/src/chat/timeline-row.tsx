/** A row of the timeline, whatever it is. */
import { type Accessor, type JSX, untrack } from 'solid-js';
import { useWords } from '../words/use-words.ts';
import { Bubble } from './message/bubble.tsx';
import { eventText } from './message/event-text.ts';
import type { Row } from './rows.ts';

type Of<K extends Row['kind']> = Accessor<Extract<Row, { kind: K }>>;

/** `row` changes, but never its kind. */
export function TimelineRow(props: { row: Accessor<Row>; flash: boolean }): JSX.Element {
  const words = useWords();
  const { t, format } = words;
  const { row } = props;
  switch (untrack(row).kind) {
    case 'message': {
      const of = row as Of<'message'>;
      return (
        <Bubble
          message={of().message}
          album={of().album}
          first={of().first}
          last={of().last}
          flash={props.flash}
        />
      );
    }
    case 'event':
      return <p class="timeline-event">{eventText(words, (row as Of<'event'>)().message)}</p>;
    case 'day':
      return <h3 class="timeline-day">{format().day((row as Of<'day'>)().at, Date.now())}</h3>;
    case 'unread':
      return <p class="timeline-unread">{t().unreadDivider}</p>;
  }
}
