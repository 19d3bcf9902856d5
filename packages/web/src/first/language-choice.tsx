/** The languages, each by its own name. */
import { For, type JSX } from 'solid-js';
import { Button } from '../ui/button.tsx';
import { LANGUAGES, LOCALES } from '../words/catalogues.ts';
import { useWords } from '../words/use-words.ts';

export function LanguageChoice(): JSX.Element {
  const { t, locale, choose } = useWords();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen.
    <div class="language" role="group" aria-label={t().language}>
      <For each={LOCALES}>
        {(each) => (
          <Button
            look={each === locale() ? 'small' : 'plain small'}
            lang={each}
            aria-pressed={each === locale()}
            onClick={() => choose(each)}
          >
            {LANGUAGES[each]}
          </Button>
        )}
      </For>
    </div>
  );
}
