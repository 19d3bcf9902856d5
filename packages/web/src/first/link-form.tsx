/** Where an invite link is pasted that was not opened. */
import { createSignal, type JSX } from 'solid-js';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { useWords } from '../words/use-words.ts';

/** The page of a pasted link may be anybody's, and own invites would lead others there. */
function onThisPage(link: string): string {
  return `${location.href.split('#', 1)[0]}#${link.slice(link.indexOf('#') + 1)}`;
}

export function LinkForm(props: { onLink(link: string): void }): JSX.Element {
  const { t } = useWords();
  const [link, setLink] = createSignal('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (link().trim() !== '') props.onLink(onThisPage(link().trim()));
      }}
    >
      <Field
        label={t().pasteLink}
        placeholder={t().pasteHint}
        inputmode="url"
        spellcheck={false}
        onText={setLink}
      />
      <Button look="primary wide" type="submit" disabled={link().trim() === ''}>
        {t().openInvite}
      </Button>
    </form>
  );
}
