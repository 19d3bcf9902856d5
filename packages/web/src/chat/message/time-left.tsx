/** When a message goes by itself, and when it was to come, if it came late. */
import type { MessageView } from '@polynya/messenger/api';
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { Icon } from '../../ui/icon.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import './message-info.css';

/** ms: how often it is looked at, in the last minute and before. */
const OFTEN = 1_000;
const SELDOM = 20_000;

export function TimeLeft(props: { message: MessageView }): JSX.Element {
  const { t, format } = useExtraWords();
  return (
    <>
      <Show when={props.message.planned}>
        {(at) => <span>{t().plannedFor(format().moment(at(), Date.now()))}</span>}
      </Show>
      <Show when={props.message.after > 0}>
        <Left message={props.message} />
      </Show>
    </>
  );
}

function Left(props: { message: MessageView }): JSX.Element {
  const { t, format } = useExtraWords();
  const [now, setNow] = createSignal(Date.now());
  const left = () => {
    const { expires, after } = props.message;
    return expires === null ? after : Math.max(1, Math.ceil((expires - now()) / 1_000));
  };
  let timer: ReturnType<typeof setTimeout>;
  const look = () => {
    setNow(Date.now());
    timer = setTimeout(look, left() < 90 ? OFTEN : SELDOM);
  };
  timer = setTimeout(look, left() < 90 ? OFTEN : SELDOM);
  onCleanup(() => clearTimeout(timer));
  return (
    <span class="time-left" role="img" aria-label={t().timeLeft(format().lasting(left()))}>
      <Icon name="timer" size={13} />
      {format().lasting(left(), 'narrow')}
    </span>
  );
}
