/**
 * WebM and Matroska (EBML, RFC 8794; RFC 9559) without titles, tags, dates, attachments, names of programs, and tracks
 * that are neither seen nor heard. What is not known to be needed becomes Void of the same length: nothing else moves.
 */

/** Elements that hold others, with what stays in each; of a file all that is not inside of one of these. */
const STAYS = {
  // The header, SeekHead and Cues; Timestamp, Position and PrevSize of a Cluster.
  0: [0x1a45dfa3, 0x114d9b74, 0x1c53bb6b, 0xe7, 0xa7, 0xab],
  // Info: TimestampScale and Duration.
  357149030: [0x2ad7b1, 0x4489],
  374648427: [],
  // A track: what it is, how it is coded and shown.
  174: [
    0xd7, 0x73c5, 0x83, 0xb9, 0x88, 0x55aa, 0x9c, 0x6de7, 0x6df8, 0x23e383, 0x234e7a, 0x23314f,
    0x55ee, 0x41e4, 0x22b59c, 0x22b59d, 0x86, 0x63a2, 0x56aa, 0x56bb, 0xe0, 0xe1, 0x6d80,
  ],
  // BlockGroup: its block, how long, what it refers to, what is see-through.
  160: [0xa1, 0x9b, 0xfb, 0x75a2, 0x75a1],
} as const satisfies Readonly<Record<number, readonly number[]>>;
type Holder = keyof typeof STAYS;
/** What may be gone into: of a file, and of its Tracks. */
const INTO: Readonly<Record<number, readonly number[]>> = {
  0: [0x1549a966, 0x1654ae6b, 0xa0, 0xa3],
  374648427: [0xae],
};

/** Segment and Cluster, which may say no length: one goes into them, and need not know where they end. */
const OPEN = [0x18538067, 0x1f43b675];
const TRACK = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const GROUP = 0xa0;
const BLOCK = 0xa1;
const SIMPLE_BLOCK = 0xa3;
/** MuxingApp and WritingApp: they have to be there, and may be empty. */
const PROGRAMS = [0x4d80, 0x5741];
const VOID = 0xec;
/** Video and audio. */
const SHOWN = [1, 2];

interface Element {
  readonly id: number;
  readonly from: number;
  readonly body: number;
  /** Where it ends; NaN: it does not say. */
  readonly end: number;
}

/** In place. False where the bytes are not made as it says: then they may be half cleaned. */
export function cleanMatroska(bytes: Uint8Array): boolean {
  return cleanIn(bytes, 0, 0, bytes.length, new Set());
}

/** @param shown numbers of the tracks that stay; those of a file come before its blocks */
function cleanIn(
  bytes: Uint8Array,
  holder: Holder,
  from: number,
  to: number,
  shown: Set<number>,
): boolean {
  const stays: readonly number[] = STAYS[holder];
  for (let at = from; at < to; ) {
    const element = elementAt(bytes, at, to);
    if (!element) return false;
    const { id, body, end } = element;
    if (holder === 0 && OPEN.includes(id)) {
      at = body;
      continue;
    }
    if (Number.isNaN(end)) return false;
    at = end;
    if (PROGRAMS.includes(id)) bytes.fill(0, body, end);
    else if (INTO[holder]?.includes(id) && isShown(bytes, element, shown)) {
      if (isHolder(id) && !cleanIn(bytes, id, body, end, shown)) return false;
    } else if (!stays.includes(id)) empty(bytes, element);
  }
  return true;
}

const isHolder = (id: number): id is Holder => id in STAYS;

/** Of tracks, those that are seen or heard; of blocks, those of such tracks; all else. */
function isShown(bytes: Uint8Array, element: Element, shown: Set<number>): boolean {
  const { id, end } = element;
  const number = (name: number) => {
    const found = childOf(bytes, element, name);
    return found
      ? bytes.subarray(found.body, found.end).reduce((sum, one) => sum * 256 + one, 0)
      : 0;
  };
  if (id === TRACK) {
    if (!SHOWN.includes(number(TRACK_TYPE))) return false;
    shown.add(number(TRACK_NUMBER));
    return true;
  }
  if (id !== GROUP && id !== SIMPLE_BLOCK) return true;
  const block = id === GROUP ? childOf(bytes, element, BLOCK) : element;
  const track = block && numberAt(bytes, block.body, end);
  return !!track && shown.has(track.value);
}

function childOf(bytes: Uint8Array, { body, end }: Element, wanted: number): Element | null {
  for (let at = body; at < end; ) {
    const child = elementAt(bytes, at, end);
    if (!child || Number.isNaN(child.end)) return null;
    if (child.id === wanted) return child;
    at = child.end;
  }
  return null;
}

/** RFC 8794 section 6: the element there; null: none fits before `to`. */
function elementAt(bytes: Uint8Array, from: number, to: number): Element | null {
  const name = numberAt(bytes, from, to);
  const size = name && name.length < 5 && numberAt(bytes, from + name.length, to);
  if (!size) return null;
  const body = from + name.length + size.length;
  const end = size.value === 2 ** (7 * size.length) - 1 ? Number.NaN : body + size.value;
  return end > to ? null : { id: name.value + 2 ** (7 * name.length), from, body, end };
}

/** Section 4: a number of 1 to 8 bytes; null: none fits before `to`. */
function numberAt(bytes: Uint8Array, at: number, to: number) {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || at + length > to) return null;
  let value = first - (256 >> length);
  for (let i = 1; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return { value, length };
}

/** Its size takes one byte, or eight where that is too small for it. */
function empty(bytes: Uint8Array, { from, end }: Element): void {
  const room = end - from - 2;
  bytes.fill(0, from, end);
  bytes[from] = VOID;
  if (room < 127) bytes[from + 1] = 128 + room;
  else
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(
      from + 1,
      2n ** 56n + BigInt(room - 7),
    );
}
