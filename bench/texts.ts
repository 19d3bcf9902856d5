/** Texts as people write them, for benches: words follow Zipf's law, Russian and English endings among them. */

const WORDS = 20_000;
const ENDINGS = ['а', 'ы', 'ой', 'ами', 'ить', 'ает', 's', 'ing', 'ed', ''];
const SYLLABLES = 'при вет баб ушк ключ мо ре дом лес ра бот ver meet key go lan wa ter'.split(' ');

/** What people look for in them. */
export const TYPED = [
  'привет',
  'бабушкой ключ',
  'meeting',
  'слов',
  'ver',
  'завтра утром',
  'нет такого слова',
];

/** Numbers between 0 and 1, the same ones each time. */
function* drawn(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function vocabulary(next: () => number): string[] {
  const pick = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T;
  const made = Array.from({ length: WORDS }, () => {
    const stem = Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(SYLLABLES)).join('');
    return stem + pick(ENDINGS);
  });
  return ['привет', 'бабушка', 'ключи', 'meetings', 'слова', 'завтра', 'утром', ...made];
}

/** Each call gives the next of 3 to 14 words; the same ones each time. */
export function texts(seed: number): () => string {
  const random = drawn(seed);
  const next = () => random.next().value;
  const words = vocabulary(next);
  return () =>
    Array.from({ length: 3 + Math.floor(next() * 12) }, () => {
      return words[Math.floor(words.length ** next()) - 1];
    }).join(' ');
}
