/** The reactions to a message; pressing one joins in, or takes the own one back. */
import type { MessageView } from '@polynya/messenger/api';
import { Index, type JSX } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { useWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';

export function Reactions(props: { message: MessageView }): JSX.Element {
  const { t } = useWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const react = (emoji: string) => attempt(messenger.react(detail().chat, props.message.id, emoji));
  return (
    // Also where there are none: what comes into it then leaves the text beside it laid out as it is.
    <div class="reactions">
      <Index each={props.message.reactions}>
        {(reaction) => (
          <button
            type="button"
            class="reaction"
            classList={{ mine: reaction().mine }}
            aria-pressed={reaction().mine}
            title={reaction().people.join(', ')}
            onClick={() => react(reaction().mine ? '' : reaction().emoji)}
          >
            <span aria-hidden="true">{reaction().emoji}</span>
            <span aria-hidden="true">{reaction().people.length}</span>
            <span class="visually-hidden">
              {t().reactionBy(reaction().emoji, reaction().people.join(', '))}
            </span>
          </button>
        )}
      </Index>
    </div>
  );
}
