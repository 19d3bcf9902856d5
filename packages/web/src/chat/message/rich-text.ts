/**
 * The little Markdown that messages may hold: ``` blocks of code ```, lines quoted by `> `, `code`, **strong**,
 * _emphasis_, links, and mentions by name.
 */

export type Piece = {
  /** What is in a `quote` may be rich itself. */
  readonly kind: 'text' | 'code' | 'strong' | 'emphasis' | 'link' | 'mention' | 'block' | 'quote';
  readonly text: string;
};

const PATTERN =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![\p{L}\p{N}_])_([^_\n]+)_(?![\p{L}\p{N}_])|(https?:\/\/[^\s<>"'`]+[^\s<>"'`.,:;!?)\]}])/gu;

const BLOCKS = /```(?:\w*\n)?([\s\S]+?)```\n?|(?:^|(?<=\n))((?:> [^\n]*(?:\n|$))+)/g;

/** `names`: of the people mentioned, without the @. Nothing but marks, and the line breaks beside blocks, is lost. */
export function richText(text: string, names: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(BLOCKS)) {
    const [whole, block, quote] = match;
    pieces.push(...inLine(text.slice(from, match.index), names));
    if (block !== undefined) pieces.push({ kind: 'block', text: block.replace(/\n$/, '') });
    else if (quote !== undefined) {
      pieces.push({ kind: 'quote', text: quote.replace(/^> /gm, '').replace(/\n$/, '') });
    }
    from = match.index + whole.length;
  }
  return [...pieces, ...inLine(text.slice(from), names)];
}

/** Where there is room for the words alone. */
export const plainText = (text: string): string =>
  richText(text, [])
    .map((piece) => piece.text)
    .join('');

function inLine(text: string, names: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(PATTERN)) {
    const [whole, code, strong, emphasis, link] = match;
    pieces.push(...withMentions(text.slice(from, match.index), names));
    if (code !== undefined) pieces.push({ kind: 'code', text: code });
    else if (strong !== undefined) pieces.push({ kind: 'strong', text: strong });
    else if (emphasis !== undefined) pieces.push({ kind: 'emphasis', text: emphasis });
    else if (link !== undefined) pieces.push({ kind: 'link', text: link });
    from = match.index + whole.length;
  }
  return [...pieces, ...withMentions(text.slice(from), names)];
}

function withMentions(text: string, names: readonly string[]): Piece[] {
  // Longer names first, so that "Anna Maria" is not taken for "Anna".
  const marks = names.map((name) => `@${name}`).sort((a, b) => b.length - a.length);
  const pieces: Piece[] = [];
  let plain = '';
  let rest = text;
  while (rest !== '') {
    const mark = marks.find((each) => rest.startsWith(each));
    if (mark === undefined) {
      const next = rest.indexOf('@', 1);
      const end = next < 0 ? rest.length : next;
      plain += rest.slice(0, end);
      rest = rest.slice(end);
      continue;
    }
    if (plain !== '') pieces.push({ kind: 'text', text: plain });
    plain = '';
    pieces.push({ kind: 'mention', text: mark });
    rest = rest.slice(mark.length);
  }
  if (plain !== '') pieces.push({ kind: 'text', text: plain });
  return pieces;
}
