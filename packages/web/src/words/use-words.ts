/** The language of the page: the browser's until another is chosen, which is then remembered. */
import { type Accessor, createContext, createMemo, createSignal, useContext } from 'solid-js';
import { en, type Words } from './en.ts';
import { createFormats, type Formats } from './format.ts';
import { ru } from './ru.ts';

const CATALOGUES = { en, ru } as const;
export type Locale = keyof typeof CATALOGUES;
export const LOCALES = Object.keys(CATALOGUES) as Locale[];

const KEY = 'polynya-language';

export interface Language {
  readonly locale: Accessor<Locale>;
  readonly t: Accessor<Words>;
  readonly format: Accessor<Formats>;
  choose(locale: Locale): void;
}

/** The first of the languages wanted that the page speaks; English if there is none. */
export function bestLocale(wanted: readonly string[]): Locale {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.map((tag) => LOCALES.find((locale) => locale === tag)).find(Boolean) ?? 'en';
}

export function nameOf(locale: Locale): string {
  return CATALOGUES[locale].languageName;
}

/** `memory` may refuse to remember, as in private windows: the choice then lasts until the reload. */
export function createLanguage(wanted: readonly string[], memory: Storage | null): Language {
  const remembered = memory?.getItem(KEY);
  const [locale, setLocale] = createSignal<Locale>(
    bestLocale(remembered ? [remembered, ...wanted] : wanted),
  );
  return {
    locale,
    t: () => CATALOGUES[locale()],
    format: createMemo(() => createFormats(locale())),
    choose(chosen) {
      setLocale(chosen);
      memory?.setItem(KEY, chosen);
    },
  };
}

export const LanguageContext = createContext<Language>();

export function useWords(): Language {
  const language = useContext(LanguageContext);
  if (!language) throw new Error('no language around this view');
  return language;
}
