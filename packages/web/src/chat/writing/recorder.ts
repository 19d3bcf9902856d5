/**
 * Records a voice note, or a video note: what a circle shows of the camera, and sound (MediaStream Recording). What
 * comes is handed over piece by piece, whatever ends it.
 */

/** As far as this browser writes them, what others play first. */
const VOICE = ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4'];
const ROUND = ['video/mp4;codecs=avc1.42E01E,mp4a.40.2', 'video/webm;codecs=vp8,opus', 'video/mp4'];
/** Bits a second. */
const audioBitsPerSecond = 24_000;
const videoBitsPerSecond = 600_000;
const FRAMES_A_SECOND = 30;
/** ms that a piece is long. */
const PIECE = 1000;
/** Pixels along a side of a video note. */
export const SIDE = 384;

export interface Recorder {
  /** How loud it is now, in any unit. */
  level(): number;
  stop(): void;
}

/**
 * @param circle where the camera is to be seen, `SIDE` pixels square; none: a voice note
 * @param piece takes what was recorded, in its order
 * @param ended behind the last piece, once: after `stop`, or when microphone or camera are gone
 * @throws DOMException: there is no such device, or the page may not use it
 */
export async function record(
  circle: HTMLCanvasElement | undefined,
  piece: (data: Blob) => void,
  ended: () => void,
): Promise<Recorder> {
  const mimeType = (circle ? ROUND : VOICE).find((type) => MediaRecorder.isTypeSupported(type));
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: circle !== undefined && { facingMode: 'user', aspectRatio: 1, height: { ideal: 480 } },
  });
  const sound = new AudioContext();
  const ear = new AnalyserNode(sound, { fftSize: 2048 });
  sound.createMediaStreamSource(stream).connect(ear);
  const heard = new Float32Array(ear.fftSize);
  const pictures = circle ? await picturesIn(circle, stream) : [];
  const recorder = new MediaRecorder(new MediaStream([...stream.getAudioTracks(), ...pictures]), {
    ...(mimeType && { mimeType }),
    audioBitsPerSecond,
    videoBitsPerSecond,
  });
  const stop = () => {
    if (recorder.state === 'recording') recorder.stop();
  };
  recorder.ondataavailable = ({ data }) =>
    piece(data.slice(0, data.size, recorder.mimeType.split(';')[0]));
  recorder.onstop = () => {
    letGo(stream);
    void sound.close();
    ended();
  };
  for (const track of stream.getTracks()) track.onended = stop;
  recorder.start(PIECE);
  return {
    stop,
    level() {
      ear.getFloatTimeDomainData(heard);
      return Math.max(...heard);
    },
  };
}

/** Microphone and camera are in use no more. */
function letGo(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Drawn as it is seen: of what the camera sees besides, nothing is sent. */
async function picturesIn(
  circle: HTMLCanvasElement,
  stream: MediaStream,
): Promise<MediaStreamTrack[]> {
  const pen = circle.getContext('2d');
  const camera = Object.assign(document.createElement('video'), {
    muted: true,
    playsInline: true,
    srcObject: stream,
  });
  const draw = () => {
    const { videoWidth: width, videoHeight: height } = camera;
    const side = Math.min(width, height);
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    pen?.drawImage(camera, left, top, side, side, 0, 0, SIDE, SIDE);
    if (stream.active) requestAnimationFrame(draw);
  };
  // Nobody sees this one: browsers start such by themselves only where it can be seen.
  await camera.play().catch((error) => {
    letGo(stream);
    throw error;
  });
  draw();
  return circle.captureStream(FRAMES_A_SECOND).getTracks();
}
