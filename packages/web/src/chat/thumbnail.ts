/** The small picture that travels inside a message, while the file itself is sent as it is. */

/** Bytes that a thumbnail may measure, and what is tried to get there: pixels along its longer side, and quality. */
const BYTES = 12 * 1024;
const TRIES = [
  [320, 0.7],
  [320, 0.4],
  [240, 0.3],
  [160, 0.2],
  [80, 0.1],
] as const;

export interface Thumbnail {
  readonly thumb?: Uint8Array;
  /** Of the picture itself. */
  readonly width: number;
  readonly height: number;
}

/** Undefined for what is not a picture that this browser can draw. */
export async function thumbnailOf(file: Blob): Promise<Thumbnail | undefined> {
  if (!file.type.startsWith('image/')) return undefined;
  const picture = await createImageBitmap(file).catch((error: unknown) => {
    if (error instanceof DOMException) return undefined;
    throw error;
  });
  if (!picture) return undefined;
  const { width, height } = picture;
  try {
    for (const [side, quality] of TRIES) {
      const small = await drawn(picture, side, quality);
      if (small.size <= BYTES) {
        return { width, height, thumb: new Uint8Array(await small.arrayBuffer()) };
      }
    }
    return { width, height };
  } finally {
    picture.close();
  }
}

function drawn(picture: ImageBitmap, side: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/webp', quality });
}
