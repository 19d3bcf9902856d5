/** A poll in its message: the answers, who chose them, and the own choice. */
import type { MessageView } from '@polynya/messenger/api';
import type { PollView } from '@polynya/messenger/message-parts';
import { Index, type JSX, Show } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { Icon } from '../../ui/icon.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import './poll.css';

export function Poll(props: { message: MessageView; poll: PollView }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const open = () =>
    !props.poll.closed && props.message.seq !== null && detail().state === 'active';
  const most = () => Math.max(1, props.poll.voters);
  const choose = (at: number) => {
    const chosen = props.poll.options.flatMap(({ mine }, option) => (mine ? [option] : []));
    const others = props.poll.several ? chosen.filter((option) => option !== at) : [];
    const next = chosen.includes(at) ? others : [...others, at];
    void attempt(messenger.vote(detail().chat, props.message.id, next));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own in a bubble.
    <div class="poll" role="group" aria-label={props.message.text}>
      <p class="poll-note">
        {props.poll.closed ? t().pollClosed : props.poll.several ? t().pollSeveral : t().pollOne}
      </p>
      <Index each={props.poll.options}>
        {(option, at) => (
          <button
            type="button"
            class="poll-option"
            classList={{ mine: option().mine, several: props.poll.several }}
            aria-pressed={option().mine}
            disabled={!open()}
            onClick={() => choose(at)}
          >
            <span class="poll-check">
              <Show when={option().mine}>
                <Icon name="check" size={14} />
              </Show>
            </span>
            <span class="poll-text" dir="auto">
              {option().text}
            </span>
            <span class="poll-count">{option().people.length}</span>
            <span class="poll-bar" aria-hidden="true">
              <span style={{ width: `${(100 * option().people.length) / most()}%` }} />
            </span>
            <Show when={option().people.length > 0}>
              <span class="poll-people">{option().people.join(', ')}</span>
            </Show>
          </button>
        )}
      </Index>
      <p class="poll-note">{t().pollVoters(props.poll.voters)}</p>
    </div>
  );
}
