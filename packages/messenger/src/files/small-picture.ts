/**
 * Whether bytes that others sent as a thumbnail begin as a picture of few pixels: WebP (RFC 9649 section 2) or PNG,
 * which is what browsers make. A few bytes may else unfold into gigabytes where they are drawn.
 */

/** Pixels along either side. */
const LONGEST = 512;

export function isSmallPicture(bytes: Uint8Array): boolean {
  if (bytes.length < 30) return false;
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return sizeOf(at, (from, to) => String.fromCharCode(...bytes.subarray(from, to))).every(
    (side) => side > 0 && side <= LONGEST,
  );
}

/** Width and height as the header has them; [0] for anything else. */
function sizeOf(at: DataView, word: (from: number, to: number) => string): number[] {
  if (word(1, 4) === 'PNG' && word(12, 16) === 'IHDR') return [at.getUint32(16), at.getUint32(20)];
  if (word(0, 4) !== 'RIFF' || word(8, 12) !== 'WEBP') return [0];
  switch (word(12, 16)) {
    case 'VP8 ':
      return [26, 28].map((place) => at.getUint16(place, true) & 0x3fff);
    case 'VP8L':
      return [0, 14].map((bit) => ((at.getUint32(21, true) >>> bit) & 0x3fff) + 1);
    case 'VP8X':
      return [23, 26].map((place) => (at.getUint32(place, true) >>> 8) + 1);
    default:
      return [0];
  }
}
