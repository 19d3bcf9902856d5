/**
 * Other people's words on this terminal. A terminal obeys control sequences (ECMA-48), so a name or a
 * text could move the cursor, forge a line or answer for the user: controls become visible signs.
 */

/** C0 and C1 controls and DEL, but for the line feed and the tab. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** What reorders or ends a line: Unicode's bidirectional embeddings, overrides, isolates; separators. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;
/** Invisible in a name, where it serves to look like somebody else; U+200D and tags are part of emoji. */
const INVISIBLE = /(?!\u200d|[\u{e0020}-\u{e007f}])\p{Cf}/gu;

/** Text of any length; lines after the first are indented, so that none looks like another message. */
export function cleanText(text: string, indent = ''): string {
  return visible(text.replaceAll('\r\n', '\n')).replaceAll('\n', `\n${indent}`);
}

/** One line: names, titles, names of files. */
export function cleanLine(text: string): string {
  return visible(text).replaceAll(/\s+/g, ' ').replaceAll(INVISIBLE, '').trim();
}

/** The first letters of a text, on one line. */
export function excerpt(text: string, letters = 60): string {
  const line = [...cleanLine(text)];
  return line.length > letters ? `${line.slice(0, letters - 1).join('')}…` : line.join('');
}

/** JSON on one line in which everything that a terminal could obey is escaped. */
export function cleanJson(value: unknown): string {
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replaceAll(CONTROLS, escaped).replaceAll(REORDERING, escaped);
}

function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\t', ' ')
    .replaceAll(CONTROLS, pictureOf)
    .replaceAll(REORDERING, '\ufffd');
}

/** Unicode's own sign for a C0 control; C1 controls have none. */
function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
