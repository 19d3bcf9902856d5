/**
 * AVI (RIFF, with OpenDML) without what the camera or a program noted: titles, dates, makers' notes, text among the
 * pictures. Chunks that are not known to be pictures, sound or where those lie become JUNK of the same length.
 */

const LISTS = /^(?:AVI |AVIX|hdrl|strl|odml|movi|rec )$/;
const STAYS = /^(?:avih|strh|strf|indx|vprp|dmlh|idx1|ix..|..(?:d[bc]|wb|pc))$/;
/** Streams that tell, in each picture, when it was taken: DV. Of a stream's header, its kind or its codec. */
const TELL = /iavs|dvsd|dvhd|dvsl|dv25|dv50/i;

/** Lists within lists. */
const DEEPEST = 4;

/** In place. False where the bytes are not made as it says, or tell more than can be taken out. */
export function cleanAvi(bytes: Uint8Array, from = 0, to = bytes.length, deep = 0): boolean {
  if (deep > DEEPEST) return false;
  const text = (at: number, length: number) =>
    String.fromCharCode(...bytes.subarray(at, at + length));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = from; at < to; ) {
    const body = at + 8;
    if (body > to) return false;
    const end = body + view.getUint32(at + 4, true);
    if (end > to) return false;
    const name = text(at, 4);
    const list = name === 'RIFF' || name === 'LIST';
    if (list && end >= body + 4 && LISTS.test(text(body, 4))) {
      if (!cleanAvi(bytes, body + 4, end, deep + 1)) return false;
    } else if (list || !STAYS.test(name)) {
      bytes.set([0x4a, 0x55, 0x4e, 0x4b], at);
      bytes.fill(0, body, end);
    } else if (name === 'strh' && TELL.test(text(body, 8))) return false;
    // Of odd length: a byte behind it.
    at = end + ((end - body) & 1);
  }
  return true;
}
