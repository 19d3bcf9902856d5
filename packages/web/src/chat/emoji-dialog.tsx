/** Any emoji, by the keyboard that the system has for them. */
import { createSignal, type JSX } from 'solid-js';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './send-files.css';

/** The first emoji in a text, joined and coloured as it may be; '' if there is none. */
export function firstEmoji(text: string): string {
  const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text.trim());
  for (const { segment } of letters) {
    if (
      /\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(
        segment,
      )
    ) {
      return segment;
    }
  }
  return '';
}

export function EmojiDialog(props: {
  onChoose(emoji: string): void;
  onClose(): void;
}): JSX.Element {
  const { t } = useExtraWords();
  const [emoji, setEmoji] = createSignal('');
  return (
    <Dialog title={t().addReaction} onClose={props.onClose}>
      <form
        class="send-files"
        onSubmit={(event) => {
          event.preventDefault();
          props.onClose();
          if (emoji() !== '') props.onChoose(emoji());
        }}
      >
        <Field label={t().otherEmoji} autofocus onText={(text) => setEmoji(firstEmoji(text))} />
        <div class="dialog-actions">
          <Button look="primary" type="submit" disabled={emoji() === ''}>
            {t().react} {emoji()}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
