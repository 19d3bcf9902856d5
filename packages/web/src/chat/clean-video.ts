/**
 * A video without what the camera noted beside it: place, time, maker. In MP4 and QuickTime (ISO/IEC 14496-12) that
 * lies in boxes of its own, which become `free` space of the same length: nothing else moves, so every offset holds.
 */

const CLEANABLE = /^video\/(?:mp4|quicktime|3gpp2?)$/;
/** Boxes that hold boxes, those that tell (`©xyz` lies in `udta`), and those that begin with two dates. */
const HOLD = ['moov', 'trak', 'mdia', 'moof', 'traf'];
const TELL = ['udta', 'meta', 'uuid'];
const DATED = ['mvhd', 'tkhd', 'mdhd'];
/** Bytes of an index that is read whole. */
const LARGEST = 64_000_000;

/** Null where the file is not made as it says. What is no MP4 comes back as it is. */
export async function cleanVideo(file: File): Promise<File | null> {
  if (!CLEANABLE.test(file.type)) return file;
  const parts: BlobPart[] = [];
  for (let at = 0; at < file.size; ) {
    const box = boxAt(
      new Uint8Array(await file.slice(at, at + 16).arrayBuffer()),
      0,
      file.size - at,
    );
    if (!box) return null;
    const whole = file.slice(at, at + box.size);
    if (HOLD.includes(box.type) || TELL.includes(box.type)) {
      if (box.size > LARGEST) return null;
      const bytes = new Uint8Array(await whole.arrayBuffer());
      if (!cleanBoxes(bytes, 0, bytes.length)) return null;
      parts.push(bytes);
    } else {
      parts.push(whole);
    }
    at += box.size;
  }
  return new File(parts, file.name, { type: file.type });
}

/** In place. False where they are no boxes. */
export function cleanBoxes(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; ) {
    const box = boxAt(bytes, at, to - at);
    if (!box) return false;
    const body = at + box.head;
    const end = at + box.size;
    if (HOLD.includes(box.type)) {
      if (!cleanBoxes(bytes, body, end)) return false;
    } else if (TELL.includes(box.type)) {
      bytes.set([0x66, 0x72, 0x65, 0x65], at + 4);
      bytes.fill(0, body, end);
    } else if (DATED.includes(box.type)) {
      // Behind version and flags: when it was made and changed, 4 bytes each, in version 1 of 8.
      bytes.fill(0, body + 4, Math.min(end, body + (bytes[body] === 1 ? 20 : 12)));
    }
    at = end;
  }
  return true;
}

/** The box there, with the length of its header; null: none fits into `room`. */
function boxAt(bytes: Uint8Array, at: number, room: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (room < 8 || bytes.length < at + 8) return null;
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  const short = view.getUint32(at);
  const head = short === 1 ? 16 : 8;
  if (head > room || bytes.length < at + head) return null;
  const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? room : short;
  return size >= head && size <= room ? { type, size, head } : null;
}
