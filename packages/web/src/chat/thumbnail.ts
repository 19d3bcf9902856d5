/** The small picture that travels inside a message, while the file itself is sent as it is. */

/** What a thumbnail may measure: CSS pixels along its longer side, and bytes. */
const SIDE = 320;
const BYTES = 12 * 1024;

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
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of [0.7, 0.5, 0.3, 0.1]) {
    const small = await canvas.convertToBlob({ type: 'image/webp', quality });
    if (small.size <= BYTES) {
      return { width, height, thumb: new Uint8Array(await small.arrayBuffer()) };
    }
  }
  return { width, height };
}
