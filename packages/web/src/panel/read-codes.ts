/**
 * Reads QR codes by the camera: by the browser's own reader of codes (Shape Detection), and where it has none by a
 * library that loads then. Nothing here is shared with the rest of the page, so that all of it loads when it is needed.
 */
import './read-codes.css';

interface Reader {
  detect(picture: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
interface ReaderClass {
  new (options: { formats: 'qr_code'[] }): Reader;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** ms between two looks. */
const LOOK = 150;
/** `readyState` of a video with a picture to look at. */
const { HAVE_CURRENT_DATA } = HTMLMediaElement;

async function readerOfCodes(): Promise<Reader> {
  const { BarcodeDetector: own } = globalThis as { BarcodeDetector?: ReaderClass };
  const formats = (await own?.getSupportedFormats()) ?? [];
  const found = own && formats.includes('qr_code') ? own : undefined;
  const BarcodeReader = found ?? (await import('qr/decode.js')).BarcodeDetector;
  return new BarcodeReader({ formats: ['qr_code'] });
}

/**
 * Shows the camera and tells each code that comes before it, until the signal stops it.
 * @throws DOMException: there is no camera, or the page may not use it; what loading the library throws
 */
export async function readCodes(
  shown: HTMLVideoElement,
  signal: AbortSignal,
  tell: (code: string) => void,
): Promise<void> {
  const video = { facingMode: 'environment', width: { ideal: 1280 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video });
  try {
    shown.srcObject = stream;
    const reader = await readerOfCodes();
    while (!signal.aborted) {
      // A camera that shows nothing yet cannot be read: the browser's own reader throws then.
      const codes = shown.readyState >= HAVE_CURRENT_DATA ? await reader.detect(shown) : [];
      for (const { rawValue } of codes) if (!signal.aborted) tell(rawValue);
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
