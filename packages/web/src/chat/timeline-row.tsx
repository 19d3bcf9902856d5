/** A row of the timeline, whatever it is. */
import { type JSX, Match, Switch } from 'solid-js';
import { useWords } from '../words/use-words.ts';
import { Bubble } from './bubble.tsx';
import { eventText } from './event-text.ts';
import type { Row } from './rows.ts';

export function TimelineRow(props: { row: Row; flash: boolean }): JSX.Element {
  const words = useWords();
  const { t, format } = words;
  const is = <K extends Row['kind']>(kind: K) =>
    props.row.kind === kind && (props.row as Extract<Row, { kind: K }>);
  return (
    <Switch>
      <Match when={is('message')}>
        {(row) => (
          <Bubble
            message={row().message}
            album={row().album}
            first={row().first}
            last={row().last}
            flash={props.flash}
          />
        )}
      </Match>
      <Match when={is('event')}>
        {(row) => <p class="timeline-event">{eventText(words, row().message)}</p>}
      </Match>
      <Match when={is('day')}>
        {(row) => <h3 class="timeline-day">{format().day(row().at, Date.now())}</h3>}
      </Match>
      <Match when={is('unread')}>
        <p class="timeline-unread">{t().unreadDivider}</p>
      </Match>
    </Switch>
  );
}
