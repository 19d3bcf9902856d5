/** Shows what the camera sees, and tells each code that comes before it, as long as it is shown. */
import { type JSX, onCleanup } from 'solid-js';
import { useApp } from '../state/app.ts';

export interface CodeCameraProps {
  label: string;
  /** Also of the same code, several times a second. */
  onCode(code: string): void;
  /** It was refused, or there is none. */
  onNone(): void;
}

export function CodeCamera(props: CodeCameraProps): JSX.Element {
  const { attempt } = useApp();
  const ending = new AbortController();
  onCleanup(() => ending.abort());
  const begin = async (camera: HTMLVideoElement) => {
    try {
      const { readCodes } = await import('./read-codes.ts');
      await readCodes(camera, ending.signal, (code) => props.onCode(code));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      props.onNone();
    }
  };
  return (
    <video
      ref={(camera) => void attempt(begin(camera))}
      class="scan"
      autoplay
      muted
      playsinline
      aria-label={props.label}
    />
  );
}
