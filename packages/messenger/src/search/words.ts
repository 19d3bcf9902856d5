/** A text as words that can be found: in lower case, "ё" as "е", and each with its stem where its language is known. */
import { stemEnglish } from './stem-english.ts';
import { stemRussian } from './stem-russian.ts';

/** Letters of a word that count. */
const LONGEST = 40;

export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('ё', 'е');
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, LONGEST));
}

/** The word itself where it is of another script. */
export function stemOf(word: string): string {
  if (/^[а-я]+$/.test(word)) return stemRussian(word);
  return /^[a-z]+$/.test(word) ? stemEnglish(word) : word;
}

/** Whether a word begins with what was typed, or is another form of it: those begin alike, so few need be stemmed. */
export function isFormOf(word: string, typed: string): boolean {
  return word.startsWith(typed) || (word[0] === typed[0] && stemOf(word) === stemOf(typed));
}
