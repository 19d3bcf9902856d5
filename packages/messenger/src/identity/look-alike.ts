/** Names that look the same, though they are not: case, accents, spaces, and letters that two alphabets share. */

/** Cyrillic and Greek small letters, and the Latin ones they are drawn like. */
const TWINS: ReadonlyMap<string, string> = new Map(
  [...'аеёорсухкмтвніјѕԁαορυνκι'].map((letter, at) => [
    letter,
    [...'aeeopcyxkmtbhijsdaopyvki'][at] ?? '',
  ]),
);

/** Equal for names that a reader takes for one. */
export function looks(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{Extended_Pictographic}]/gu, '');
  return [...plain].map((letter) => TWINS.get(letter) ?? letter).join('');
}
