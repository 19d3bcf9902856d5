/** How far an own message has come. */
import type { SendState } from '@polynya/messenger/api';
import type { JSX } from 'solid-js';
import { Icon, type IconName } from '../../ui/icon.tsx';
import type { Words } from '../../words/en.ts';
import { useWords } from '../../words/use-words.ts';
import './send-mark.css';

const ICONS: Record<SendState, IconName> = {
  waiting: 'clock',
  sending: 'check',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
  failed: 'failed',
};

function wordsFor(t: () => Words, state: SendState): string {
  const names: Record<SendState, string> = {
    waiting: t().stateWaiting,
    sending: t().stateSending,
    sent: t().stateSent,
    delivered: t().stateDelivered,
    read: t().stateRead,
    failed: t().stateFailed,
  };
  return names[state];
}

export function SendMark(props: { state: SendState }): JSX.Element {
  const { t } = useWords();
  return (
    <span
      class={`send-mark ${props.state}`}
      role="img"
      aria-label={wordsFor(t, props.state)}
      title={wordsFor(t, props.state)}
    >
      <Icon name={ICONS[props.state]} size={16} />
    </span>
  );
}
