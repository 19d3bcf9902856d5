/** Who is typing, in words. */
import type { Words } from './en.ts';

/** '' when nobody is; in a chat of two the name goes without saying. */
export function typingText(words: Words, names: readonly string[], direct: boolean): string {
  const t = () => words;
  const [first] = names;
  if (first === undefined) return '';
  if (direct) return t().typing;
  return names.length === 1 ? t().typingOne(first) : t().typingMany(names.length);
}
