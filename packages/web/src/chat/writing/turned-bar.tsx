/** Above the composer: the message that is answered or edited. */
import { type JSX, Show } from 'solid-js';
import { IconButton } from '../../ui/button.tsx';
import { called } from '../../ui/tag.tsx';
import { useWords } from '../../words/use-words.ts';
import type { Turned } from '../chat-view.tsx';

export interface TurnedBarProps {
  turned: NonNullable<Turned>;
  onCancel(): void;
}

export function TurnedBar(props: TurnedBarProps): JSX.Element {
  const { t } = useWords();
  const editing = () => props.turned.to === 'edit';
  const message = () => props.turned.message;
  return (
    <div class="composer-turned">
      <p class="composer-turned-text">
        <strong>
          <Show
            when={editing()}
            fallback={t().replyTo(message().mine ? t().you : called(message().name, message().tag))}
          >
            {t().editing}
          </Show>
        </strong>
        <span>{message().text || message().file?.name}</span>
      </p>
      <IconButton
        icon="close"
        label={editing() ? t().stopEdit : t().stopReply}
        onClick={() => props.onCancel()}
      />
    </div>
  );
}
