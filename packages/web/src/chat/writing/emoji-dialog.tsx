/** Any emoji: from a table with words to find them by, or by the keyboard that the system has for them. */
import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import { rightward } from '../../hand/rtl.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import './emoji-dialog.css';

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

export interface EmojiDialogProps {
  title: string;
  onChoose(emoji: string): void;
  onClose(): void;
}

export function EmojiDialog(props: EmojiDialogProps): JSX.Element {
  const { t, locale } = useExtraWords();
  const [text, setText] = createSignal('');
  const [table] = createResource(() => import('./emoji-table.ts'));
  const found = () => {
    const typed = firstEmoji(text());
    if (typed !== '') return [{ emoji: typed, en: typed, ru: typed }];
    return table.error ? [] : (table()?.emojiFor(text()) ?? []);
  };
  const choose = (emoji: string | undefined) => {
    if (emoji === undefined) return;
    props.onClose();
    props.onChoose(emoji);
  };
  let grid!: HTMLDivElement;
  /** Arrows go through the table as it is laid out. */
  const move = (event: KeyboardEvent) => {
    const all = [...grid.querySelectorAll('button')];
    const from = all.indexOf(document.activeElement as HTMLButtonElement);
    const [first] = all;
    const row = all.filter(({ offsetTop }) => offsetTop === first?.offsetTop).length;
    const on = rightward();
    const step = { ArrowRight: on, ArrowLeft: -on, ArrowDown: row, ArrowUp: -row }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, from + step))]?.focus();
  };

  return (
    <Dialog title={props.title} look="tall" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          choose(found()[0]?.emoji);
        }}
      >
        <Field
          label={t().findEmoji}
          type="search"
          autofocus
          onText={setText}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            grid.querySelector('button')?.focus();
          }}
        />
      </form>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen. */}
      <div ref={grid} class="emoji-grid" role="group" aria-label={props.title} onKeyDown={move}>
        <For each={found()}>
          {(each, i) => (
            <button
              type="button"
              tabIndex={i() === 0 ? 0 : -1}
              title={each[locale()]}
              aria-label={`${each.emoji} ${each[locale()]}`}
              onClick={() => choose(each.emoji)}
            >
              {each.emoji}
            </button>
          )}
        </For>
      </div>
      <Show when={found().length === 0 && !table.loading}>
        <p class="picker-none">{t().noSuchEmoji}</p>
      </Show>
    </Dialog>
  );
}
