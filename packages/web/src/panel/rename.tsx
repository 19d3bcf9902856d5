/** The title of a group, changed in place. */
import type { ChatId } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';

const TITLE_LETTERS = 128;

export function Rename(props: { chat: ChatId; title: string }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [title, setTitle] = createSignal<string>();
  const changed = () => {
    const text = title()?.trim();
    return text !== undefined && text !== '' && text !== props.title ? text : null;
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const text = changed();
        if (text !== null) void attempt(messenger.setTitle(props.chat, text));
      }}
    >
      <Field label={t().title} value={props.title} maxlength={TITLE_LETTERS} onText={setTitle} />
      <Show when={changed() !== null}>
        <Button look="primary" type="submit">
          {t().rename}
        </Button>
      </Show>
    </form>
  );
}
