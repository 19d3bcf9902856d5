/** The languages of the page. Of their catalogues only the one that is spoken is fetched. */
import type { Words } from './en.ts';

/** By the name that the language has for itself. */
export const LANGUAGES = { en: 'English', ru: 'Русский' } as const;
export type Locale = keyof typeof LANGUAGES;
export const LOCALES = Object.keys(LANGUAGES) as Locale[];

const CATALOGUES: Record<Locale, () => Promise<Words>> = {
  en: async () => (await import('./en.ts')).en,
  ru: async () => (await import('./ru.ts')).ru,
};

export function loadWords(locale: Locale): Promise<Words> {
  return CATALOGUES[locale]();
}

/** The first of the languages wanted that the page speaks; English if there is none. */
export function bestLocale(wanted: readonly string[]): Locale {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.map((tag) => LOCALES.find((locale) => locale === tag)).find(Boolean) ?? 'en';
}
