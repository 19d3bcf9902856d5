/** The language of the page: the browser's until another is chosen, which is then remembered. */
import { type Accessor, createContext, createSignal, useContext } from 'solid-js';
import { bestLocale, type Locale, loadAllWords, loadWords } from './catalogues.ts';
import type { Words } from './en.ts';
import type { ExtraWords } from './en-extras.ts';
import { createFormats, type Formats } from './format.ts';

const KEY = 'polynya-language';

export interface Language {
  readonly locale: Accessor<Locale>;
  readonly t: Accessor<Words>;
  readonly format: Accessor<Formats>;
  /** Takes effect once the words are here. */
  choose(locale: Locale): Promise<void>;
  /** Fetches the words of what opens over the chats, for `useExtraWords`. */
  learnExtras(): Promise<void>;
}

/** `memory` is null where nothing can be remembered: a choice then lasts until the reload. */
export async function createLanguage(
  wanted: readonly string[],
  memory: Storage | null,
): Promise<Language> {
  const remembered = memory?.getItem(KEY);
  const first = bestLocale(remembered ? [remembered, ...wanted] : wanted);
  let load: (locale: Locale) => Promise<Words> = loadWords;
  let learning: Promise<void> | undefined;
  // A region has its own way to write dates: en-GB, not only en.
  const speak = async (locale: Locale) => {
    const region = wanted.find((tag) => tag.startsWith(locale)) ?? locale;
    return { locale, words: await load(locale), format: createFormats(region) };
  };
  const [spoken, setSpoken] = createSignal(await speak(first));
  return {
    locale: () => spoken().locale,
    t: () => spoken().words,
    format: () => spoken().format,
    async choose(locale) {
      setSpoken(await speak(locale));
      memory?.setItem(KEY, locale);
    },
    learnExtras() {
      learning ??= (async () => {
        load = loadAllWords;
        const learnt = await speak(spoken().locale);
        // Another language that was chosen meanwhile came whole.
        if (learnt.locale === spoken().locale) setSpoken(learnt);
      })();
      return learning;
    },
  };
}

export const LanguageContext = createContext<Language>();

export function useWords(): Language {
  const language = useContext(LanguageContext);
  if (!language) throw new Error('no language around this view');
  return language;
}

/** For the views of extras.ts, which appear once `learnExtras` is through. */
export function useExtraWords(): Omit<Language, 't'> & {
  readonly t: Accessor<Words & ExtraWords>;
} {
  return useWords() as Language & { readonly t: Accessor<Words & ExtraWords> };
}
