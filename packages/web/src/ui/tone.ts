/** A colour for an id, always the same, so that people are told apart at a glance. */

/** White text on each has a contrast of at least 4.5 (WCAG 2.2, 1.4.3). */
const TONES = [
  '#0a6670',
  '#3c5aa6',
  '#7a4a9e',
  '#a03a6b',
  '#a1432f',
  '#7d5a12',
  '#3f6b2a',
  '#4a5f6b',
];

/** The same for names on a bubble: a dark and a light shade of each. */
export function toneOf(id: string): string {
  return TONES[indexOf(id)] as string;
}

const NAMES = [
  'light-dark(#0a6670, #6fd0d6)',
  'light-dark(#3c5aa6, #a5bcf5)',
  'light-dark(#7a4a9e, #d3b0ee)',
  'light-dark(#a03a6b, #f2a6c9)',
  'light-dark(#a1432f, #f3af9f)',
  'light-dark(#7d5a12, #e5c57c)',
  'light-dark(#3f6b2a, #aed696)',
  'light-dark(#4a5f6b, #b9cad3)',
];

export function nameToneOf(id: string): string {
  return NAMES[indexOf(id)] as string;
}

function indexOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % TONES.length;
}

/** The first letters of the first two words. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toLocaleUpperCase() ?? '')
    .join('');
}
