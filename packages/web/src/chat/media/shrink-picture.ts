/**
 * A picture made smaller before it is sent. It is drawn anew, so that nothing is left of what the camera or an editor
 * wrote beside it: where and when it was taken, with what (Exif, XMP, comments).
 */

/** Pixels along the longer side, and quality: sharp on a phone's whole screen, at about 300 KB. */
const SIDE = 1600;
const QUALITY = 0.82;

/** All but these: an animation would stand still, a drawing lose its lines. */
const DRAWN_ANEW = /^image\/(?!gif|svg)/;

export function canShrink(file: File): boolean {
  return DRAWN_ANEW.test(kindOf(file));
}

/** Many browsers do not know phones' pictures, which tell where they were taken, by their names. */
function kindOf({ type, name }: File): string {
  return type || (/\.hei[cf]$/i.test(name) ? 'image/heic' : '');
}

/** The size of a picture whose longer side is at most `side`, in whole pixels. */
export function fitting(width: number, height: number, side = SIDE) {
  const scale = Math.min(1, side / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** `name` with the ending of a kind of picture; what has no name gets none. */
export function renamed(name: string, type: string): string {
  if (name === '') return '';
  const ending = type === 'image/jpeg' ? 'jpg' : type.slice('image/'.length);
  return `${name.replace(/\.\w{1,5}$/, '')}.${ending}`;
}

/** Null where this browser cannot draw the picture. */
export async function shrunk(file: File): Promise<File | null> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  // These may be see-through.
  const type = /png|webp/.test(file.type) ? 'image/webp' : 'image/jpeg';
  try {
    const { width, height } = fitting(picture.width, picture.height);
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    if (!context) return null;
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, width, height);
    // A browser that does not write that kind writes PNG.
    const small = await canvas.convertToBlob({ type, quality: QUALITY });
    return new File([small], renamed(file.name, small.type), { type: small.type });
  } finally {
    picture.close();
  }
}
