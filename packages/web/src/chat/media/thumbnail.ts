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

/** ms */
const PATIENCE = 10_000;

export interface Thumbnail {
  readonly thumb?: Uint8Array;
  /** Of the picture itself. */
  readonly width: number;
  readonly height: number;
  /** ms, of a video. */
  readonly duration: number;
}

/** Undefined for what is neither a picture nor a video that this browser can draw. */
export async function thumbnailOf(file: Blob): Promise<Thumbnail | undefined> {
  const frame = file.type.startsWith('video/')
    ? await firstFrame(file)
    : file.type.startsWith('image/')
      ? { picture: await drawable(file), duration: 0 }
      : undefined;
  if (!frame?.picture) return undefined;
  const { picture, duration } = frame;
  const { width, height } = picture;
  try {
    for (const [side, quality] of TRIES) {
      const small = await drawn(picture, side, quality);
      if (small.size <= BYTES) {
        return { width, height, duration, thumb: new Uint8Array(await small.arrayBuffer()) };
      }
    }
    return { width, height, duration };
  } finally {
    picture.close();
  }
}

function drawable(source: ImageBitmapSource): Promise<ImageBitmap | undefined> {
  return createImageBitmap(source).catch((error: unknown) => {
    if (error instanceof DOMException) return undefined;
    throw error;
  });
}

async function firstFrame(file: Blob) {
  const video = document.createElement('video');
  const until = (happens: string) =>
    new Promise((resolve) => {
      video.addEventListener(happens, resolve, { once: true });
      video.addEventListener('error', resolve, { once: true });
      // Where a browser loads nothing by itself, it goes without.
      setTimeout(resolve, PATIENCE);
    });
  video.muted = true;
  video.preload = 'auto';
  video.src = URL.createObjectURL(file);
  try {
    await until('loadeddata');
    if (video.error) return undefined;
    const picture = await drawable(video);
    // A recording says nothing of its length until one goes to its end.
    if (video.duration === Number.POSITIVE_INFINITY) {
      const known = until('durationchange');
      video.currentTime = 1e7;
      await known;
    }
    const duration = Number.isFinite(video.duration) ? video.duration * 1000 : 0;
    return { picture, duration };
  } finally {
    URL.revokeObjectURL(video.src);
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
