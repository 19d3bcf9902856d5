/** M. F. Porter's stemmer for English (Program 14(3), 1980), for words in lower case. */

const STEP_2: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['abli', 'able'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
];
const STEP_3: readonly (readonly [string, string])[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];
const STEP_4 =
  /(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|(?<=[st])ion|ou|ism|ate|iti|ous|ive|ize)$/;

/** Each letter as v(owel) or c(onsonant): y is a vowel behind a consonant. */
function shape(stem: string): string {
  return [...stem].reduce((done, letter) => {
    const vowel = 'aeiou'.includes(letter) || (letter === 'y' && done.endsWith('c'));
    return done + (vowel ? 'v' : 'c');
  }, '');
}

/** How often consonants follow vowels. */
const measure = (stem: string): number => shape(stem).match(/v+c+/g)?.length ?? 0;
const hasVowel = (stem: string): boolean => shape(stem).includes('v');
const endsShort = (stem: string): boolean => /cvc$/.test(shape(stem)) && !/[wxy]$/.test(stem);

function replaced(word: string, table: readonly (readonly [string, string])[]): string {
  const found = table.find(([ending]) => word.endsWith(ending));
  if (!found) return word;
  const stem = word.slice(0, -found[0].length);
  return measure(stem) > 0 ? stem + found[1] : word;
}

export function stemEnglish(word: string): string {
  if (word.length < 3) return word;
  let stem = word.replace(/(ss|i)es$/, '$1').replace(/(?<!s)s$/, '');
  if (stem.endsWith('eed')) {
    if (measure(stem.slice(0, -3)) > 0) stem = stem.slice(0, -1);
  } else {
    const shorter = stem.replace(/(?:ed|ing)$/, '');
    if (shorter !== stem && hasVowel(shorter)) {
      if (/(?:at|bl|iz)$/.test(shorter)) stem = `${shorter}e`;
      else if (/([^aeiouylsz])\1$/.test(shorter)) stem = shorter.slice(0, -1);
      else stem = measure(shorter) === 1 && endsShort(shorter) ? `${shorter}e` : shorter;
    }
  }
  if (/y$/.test(stem) && hasVowel(stem.slice(0, -1))) stem = stem.replace(/y$/, 'i');
  stem = replaced(replaced(stem, STEP_2), STEP_3);
  const bare = stem.replace(STEP_4, '');
  if (measure(bare) > 1) stem = bare;
  const short = stem.replace(/e$/, '');
  if (measure(short) > 1 || (measure(short) === 1 && !endsShort(short))) stem = short;
  return measure(stem) > 1 ? stem.replace(/ll$/, 'l') : stem;
}
