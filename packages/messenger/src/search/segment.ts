/**
 * The index of one block of a chat's messages: a sorted list of words, each with the messages that have it, as one
 * text, which is searched where it lies. A segment is made anew from its rows and never mended, so that nothing that
 * was edited, deleted or has gone by itself can stay in it.
 */
import { type Infer, list, struct, text, uint } from '@polynya/protocol/schema';
import type { MessageRow } from '../timeline/row.ts';
import { stemOf, wordsOf } from './words.ts';

/** Seqs of a chat in one segment. */
export const BLOCK = 512;
export const KINDS = ['picture', 'video', 'voice', 'file', 'link', 'poll'] as const;
export type Kind = (typeof KINDS)[number];

export const segment = struct({
  /** Seconds since 1970, by place in the block; 0: nothing that can be found. */
  times: list(uint(), BLOCK),
  /** Lines "word\tplaces\n", in order of the words; each place is one letter. */
  lines: text(64_000_000),
});
export type Segment = Infer<typeof segment>;

/** Letters that no place is written as. */
const FIRST_PLACE = 0x100;
const SENDER = '@';
const KIND = '#';
const STEM = '=';

export interface Wanted {
  /** Every word has to begin a word of the message, or to be one by its stem. */
  readonly words: readonly string[];
  readonly person?: string | undefined;
  readonly kind?: Kind | undefined;
}

export function kindsOf({ file, text: said, poll }: MessageRow): Kind[] {
  const kinds: Kind[] = [];
  if (file?.type.startsWith('image/')) kinds.push('picture');
  else if (file?.type.startsWith('video/')) kinds.push('video');
  else if (file?.type.startsWith('audio/')) kinds.push('voice');
  else if (file) kinds.push('file');
  if (/https?:\/\//i.test(said)) kinds.push('link');
  if (poll) kinds.push('poll');
  return kinds;
}

/** What of a message can be found. */
export function saidIn({ text: said, file, poll }: MessageRow): string {
  return [said, file?.name ?? '', ...(poll?.options ?? [])].join(' ');
}

/** @param rows of this block */
export function segmentOf(rows: readonly MessageRow[]): Segment {
  const times = new Array<number>(BLOCK).fill(0);
  const places = new Map<string, string>();
  for (const row of rows) {
    if (row.seq === null || row.deleted) continue;
    const place = row.seq % BLOCK;
    times[place] = Math.max(1, Math.floor(row.at / 1_000));
    const words = new Set(wordsOf(saidIn(row)));
    const lines = new Set([`${SENDER}${row.sender}`, ...kindsOf(row).map((kind) => KIND + kind)]);
    for (const word of words) lines.add(word).add(STEM + stemOf(word));
    const letter = String.fromCharCode(FIRST_PLACE + place);
    for (const line of lines) places.set(line, (places.get(line) ?? '') + letter);
  }
  const lines = [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  return { times, lines: lines.map(([word, found]) => `${word}\t${found}\n`).join('') };
}

/** For each thing that is wanted, how its lines begin, and whether the word ends there. */
export type Needs = readonly (readonly (readonly [begins: string, whole: boolean])[])[];

/** Made once, for all the blocks of somebody who has thousands of chats. */
export function needsOf({ words, person, kind }: Wanted): Needs {
  return [
    ...(person === undefined ? [] : [[[SENDER + person, true]] as const]),
    ...(kind === undefined ? [] : [[[KIND + kind, true]] as const]),
    ...words.map(
      (word) =>
        [
          [word, false],
          [STEM + stemOf(word), true],
        ] as const,
    ),
  ];
}

/** Places in the block that have all that is wanted. */
export function placesOf(
  { times, lines }: Pick<Segment, 'lines'> & { times: ArrayLike<number> },
  needs: Needs,
): number[] {
  let marks: Uint8Array | undefined;
  let needed = 0;
  for (const ways of needs) {
    let letters = '';
    for (const [begins, whole] of ways) letters += found(lines, begins, whole);
    // Most blocks have nothing of what few people say.
    if (letters === '') return [];
    marks ??= new Uint8Array(BLOCK);
    for (let i = 0; i < letters.length; i++) {
      const place = letters.charCodeAt(i) - FIRST_PLACE;
      if (marks[place] === needed) marks[place] = needed + 1;
    }
    needed++;
  }
  const all: number[] = [];
  for (let place = 0; place < BLOCK; place++) {
    if ((marks?.[place] ?? 0) === needed && (times[place] ?? 0) > 0) all.push(place);
  }
  return all;
}

/** The places of all such lines. */
function found(lines: string, begins: string, whole: boolean): string {
  let letters = '';
  for (let at = firstFrom(lines, begins); lines.startsWith(begins, at); ) {
    const end = lines.indexOf('\n', at);
    const tab = lines.indexOf('\t', at);
    if (whole && tab !== at + begins.length) break;
    letters += lines.slice(tab + 1, end);
    at = end + 1;
  }
  return letters;
}

/** Where the first line stands whose word is not below this one. */
function firstFrom(lines: string, word: string): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = middle === 0 ? 0 : lines.lastIndexOf('\n', middle - 1) + 1;
    if (lines.slice(start, lines.indexOf('\t', start)) < word) low = lines.indexOf('\n', start) + 1;
    else high = start;
  }
  return low;
}
