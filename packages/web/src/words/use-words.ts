/** The language of the page: the browser's until another is chosen, which is then remembered. */
import { type Accessor, createContext, createSignal, useContext } from 'solid-js';
import { bestLocale, type Locale, loadWords } from './catalogues.ts';
import type { Words } from './en.ts';
import { createFormats, type Formats } from './format.ts';

const KEY = 'polynya-language';

export interface Language {
  readonly locale: Accessor<Locale>;
  readonly t: Accessor<Words>;
  readonly format: Accessor<Formats>;
  /** Takes effect once the words are here. */
  choose(locale: Locale): Promise<void>;
}

/** `memory` is null where nothing can be remembered: a choice then lasts until the reload. */
export async function createLanguage(
  wanted: readonly string[],
  memory: Storage | null,
): Promise<Language> {
  const remembered = memory?.getItem(KEY);
  const first = bestLocale(remembered ? [remembered, ...wanted] : wanted);
  // A region has its own way to write dates: en-GB, not only en.
  const speak = async (locale: Locale) => {
    const region = wanted.find((tag) => tag.startsWith(locale)) ?? locale;
    return { locale, words: await loadWords(locale), format: createFormats(region) };
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
  };
}

export const LanguageContext = createContext<Language>();

export function useWords(): Language {
  const language = useContext(LanguageContext);
  if (!language) throw new Error('no language around this view');
  return language;
}
