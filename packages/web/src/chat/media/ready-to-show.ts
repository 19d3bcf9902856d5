/** A file as it is sent: pictures smaller, videos without what the camera noted, and what is shown before it is fetched. */
import { cleanVideo } from './clean-video.ts';
import { canShrink, shrunk } from './shrink-picture.ts';
import { thumbnailOf } from './thumbnail.ts';

/** `whole`: byte for byte. Null where this browser cannot take out what the camera noted. */
export async function readyToShow(file: File, whole: boolean) {
  const ready = whole ? file : await (canShrink(file) ? shrunk(file) : cleanVideo(file));
  return ready && { file: ready, about: await thumbnailOf(ready) };
}
