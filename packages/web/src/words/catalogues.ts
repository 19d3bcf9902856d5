/**
 * The languages of the page. Of their catalogues only the one that is spoken is fetched, and at first only that
 * part of it which reading and writing need.
 */
import type { Words } from './en.ts';
import type { ExtraWords } from './en-extras.ts';

/** By the name that the language has for itself. */
export const LANGUAGES = { en: 'English', ru: 'Русский' } as const;
export type Locale = keyof typeof LANGUAGES;
export const LOCALES = Object.keys(LANGUAGES) as Locale[];

const WORDS: Record<Locale, () => Promise<Words>> = {
  en: async () => (await import('./en.ts')).en,
  ru: async () => (await import('./ru.ts')).ru,
};
const EXTRA_WORDS: Record<Locale, () => Promise<ExtraWords>> = {
  en: async () => (await import('./en-extras.ts')).enExtras,
  ru: async () => (await import('./ru-extras.ts')).ruExtras,
};

export function loadWords(locale: Locale): Promise<Words> {
  return WORDS[locale]();
}

/** With the words of what opens over the chats. */
export async function loadAllWords(locale: Locale): Promise<Words & ExtraWords> {
  const [words, extra] = await Promise.all([WORDS[locale](), EXTRA_WORDS[locale]()]);
  return { ...words, ...extra };
}

/** The first of the languages wanted that the page speaks; English if there is none. */
export function bestLocale(wanted: readonly string[]): Locale {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.map((tag) => LOCALES.find((locale) => locale === tag)).find(Boolean) ?? 'en';
}
