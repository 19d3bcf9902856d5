/** What is wrong with a chat, where something is. */
import { type JSX, Show } from 'solid-js';
import { useWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';

export function Trouble(): JSX.Element {
  const { t } = useWords();
  const { detail } = useChat();
  const sentence = () => {
    switch (detail().trouble) {
      case 'unlawful-commit':
        return t().troubleUnlawful;
      case 'server-lies':
        return t().troubleLies;
      case 'lost-state':
        return t().troubleLost;
      case 'roles-differ':
        return t().troubleRoles;
      default:
        return null;
    }
  };
  return (
    <Show when={sentence()}>
      <p class="chat-trouble" role="alert">
        {sentence()}
      </p>
    </Show>
  );
}
