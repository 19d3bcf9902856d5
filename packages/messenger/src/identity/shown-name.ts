/** Names as they are shown: of people, groups and files, chosen by whoever wants to look like somebody else. */

/** Unicode's bidirectional marks, embeddings, overrides and isolates: a name would turn what stands beside it. */
const REORDERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Invisible ones; U+200D and tags are part of emoji, U+200C of words. */
const INVISIBLE = /(?![\u200c\u200d]|[\u{e0020}-\u{e007f}])\p{Cf}/gu;

/** One line in which every letter is seen, and stands where it is written. */
export function shownName(name: string): string {
  return name
    .replaceAll(/\s+/g, ' ')
    .replaceAll(REORDERING, '')
    .replaceAll(INVISIBLE, '')
    .replaceAll(/\p{Cc}/gu, pictureOf)
    .trim();
}

/** A name with the tag that tells its bearer from others of that name; null where nobody has one like it. */
export function called(name: string, tag: string | null): string {
  return tag === null ? name : `${name} #${tag}`;
}

/** Unicode's own sign for a C0 control; the others have none. */
function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
}
