/**
 * MP4 and QuickTime (ISO/IEC 14496-12) without what the camera noted: place, time, maker. That lies in boxes and tracks
 * of its own, which become `free` space of the same length: nothing else moves, so every offset holds.
 */

/** Boxes of the file that stay, those that hold boxes, that tell (`©xyz` lies in `udta`), that begin with two dates. */
const PLAIN = /ftyp|styp|sidx|mdat|mfra|wide/;
const HOLD = /moov|trak|mdia|moof|traf/;
const TELL = /udta|meta|uuid|free|skip/;
const DATED = /[mt]khd|mvhd|mdhd/;
/** Handlers of tracks that are seen and heard. Others tell where one went, what a sensor felt, what time it was. */
const SHOWN = /vide|soun/;
/** Bytes of an index that is read whole. */
const LARGEST = 64_000_000;
/** Boxes within boxes. */
const DEEPEST = 8;

/** From where to where in the file. */
type Span = readonly [from: number, to: number];

/** Null where the file is not made as it says. */
export async function cleanMp4(file: File): Promise<File | null> {
  const parts: BlobPart[] = [];
  const told: Span[] = [];
  for (let at = 0; at < file.size; ) {
    const head = new Uint8Array(await file.slice(at, at + 16).arrayBuffer());
    const box = boxAt(head, 0, file.size - at);
    if (!box) return null;
    const whole = file.slice(at, at + box.size);
    if (PLAIN.test(box.type)) parts.push(whole);
    else {
      if (box.size > LARGEST) return null;
      const bytes = new Uint8Array(await whole.arrayBuffer());
      if (!HOLD.test(box.type)) blank(bytes, 0, box);
      else if (!cleanBoxes(bytes, 0, bytes.length, told, 0)) return null;
      parts.push(bytes);
    }
    at += box.size;
  }
  const clean = new Blob(parts);
  const pieces: BlobPart[] = [];
  let at = 0;
  for (const [from, to] of told.sort(([a], [b]) => a - b)) {
    if (from < at || to > clean.size) return null;
    pieces.push(clean.slice(at, from), new Uint8Array(to - from));
    at = to;
  }
  return new File([...pieces, clean.slice(at)], file.name, { type: file.type });
}

/** In place; adds to `told` what lies elsewhere. False where they are no boxes. */
function cleanBoxes(
  bytes: Uint8Array,
  from: number,
  to: number,
  told: Span[],
  deep: number,
): boolean {
  if (deep > DEEPEST) return false;
  for (let at = from; at < to; ) {
    const box = boxAt(bytes, at, to - at);
    if (!box) return false;
    const body = at + box.head;
    const end = at + box.size;
    const handler = box.type === 'trak' && inside(bytes, body, end, 'mdia', 'hdlr');
    if (handler && !SHOWN.test(nameAt(bytes, handler[0] + 8))) {
      const spans = samplesOf(bytes, body, end);
      if (!spans) return false;
      told.push(...spans);
      blank(bytes, at, box);
    } else if (HOLD.test(box.type)) {
      if (!cleanBoxes(bytes, body, end, told, deep + 1)) return false;
    } else if (TELL.test(box.type)) blank(bytes, at, box);
    else if (DATED.test(box.type)) {
      // Behind version and flags: when it was made and changed, 4 bytes each, in version 1 of 8.
      bytes.fill(0, body + 4, Math.min(end, body + (bytes[body] === 1 ? 20 : 12)));
    }
    at = end;
  }
  return true;
}

function blank(bytes: Uint8Array, at: number, { head, size }: Box): void {
  bytes.set([0x66, 0x72, 0x65, 0x65], at + 4);
  bytes.fill(0, at + head, at + size);
}

/** The body of a box in boxes; null: there is none. */
function inside(
  bytes: Uint8Array,
  from: number,
  to: number,
  ...[type, ...rest]: string[]
): Span | null {
  for (let at = from; at < to; ) {
    const box = boxAt(bytes, at, to - at);
    if (!box) return null;
    const body: Span = [at + box.head, at + box.size];
    if (box.type === type) return rest.length > 0 ? inside(bytes, ...body, ...rest) : body;
    at += box.size;
  }
  return null;
}

/** Section 8.7: where the chunks of a track lie; null where its tables do not fit together. */
function samplesOf(bytes: Uint8Array, from: number, to: number): Span[] | null {
  const table = (name: string) => {
    const [at, end] = inside(bytes, from, to, 'mdia', 'minf', 'stbl', name) ?? [0, 0];
    return new DataView(bytes.buffer, bytes.byteOffset + at, end - at);
  };
  const sizes = table('stsz');
  const runs = table('stsc');
  const far = table('co64');
  const places = far.byteLength > 0 ? far : table('stco');
  const spans: Span[] = [];
  try {
    const same = sizes.getUint32(4);
    let sample = 0;
    let run = 0;
    for (let chunk = 0; chunk < places.getUint32(4); chunk++) {
      if (run + 1 < runs.getUint32(4) && runs.getUint32(20 + 12 * run) === chunk + 1) run++;
      const count = runs.getUint32(12 + 12 * run);
      let length = same * count;
      if (same === 0) {
        for (let i = 0; i < count; i++) length += sizes.getUint32(12 + 4 * sample++);
      }
      const at =
        places === far ? Number(far.getBigUint64(8 + 8 * chunk)) : places.getUint32(8 + 4 * chunk);
      spans.push([at, at + length]);
    }
    return spans;
  } catch {
    // Past the end of a table, or of one that is not there.
    return null;
  }
}

type Box = NonNullable<ReturnType<typeof boxAt>>;

/** The box there, with the length of its header; null: none fits into `room`. */
function boxAt(bytes: Uint8Array, at: number, room: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (room < 8 || bytes.length < at + 8) return null;
  const type = nameAt(bytes, at + 4);
  const short = view.getUint32(at);
  const head = short === 1 ? 16 : 8;
  if (head > room || bytes.length < at + head) return null;
  const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? room : short;
  return size >= head && size <= room ? { type, size, head } : null;
}

function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
