/** The part of a text around what was found in it, and where the found words stand there. */
import { isFormOf, wordsOf } from './words.ts';

/** Letters of an excerpt, and of what comes before the first word found. */
const LENGTH = 160;
const BEFORE = 40;

export interface Excerpt {
  readonly text: string;
  /** Found words in it: from, to. */
  readonly marks: readonly (readonly [number, number])[];
}

export function excerptAround(text: string, words: readonly string[]): Excerpt {
  const hits: [number, number][] = [];
  for (const { index, 0: said } of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const [plain = ''] = wordsOf(said);
    if (words.some((word) => isFormOf(plain, word))) hits.push([index, index + said.length]);
  }
  const first = hits[0]?.[0] ?? 0;
  const start = first <= BEFORE ? 0 : text.lastIndexOf(' ', first - BEFORE / 2) + 1;
  const lead = start > 0 ? '…' : '';
  const end = Math.min(text.length, start + LENGTH);
  const shift = lead.length - start;
  return {
    text: `${lead}${text.slice(start, end)}${end < text.length ? '…' : ''}`.toWellFormed(),
    marks: hits.filter(([, to]) => to <= end).map(([from, to]) => [from + shift, to + shift]),
  };
}
