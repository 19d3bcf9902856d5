/** What pages hear and see: a machine that runs tests has no microphone, and no camera. */
import type { Page } from 'playwright-core';

/** A tone without end, and a colour that changes, wider than it is high; until the page is loaded again. */
export async function giveSenses(page: Page): Promise<void> {
  await page.evaluate(() => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context);
    const mouth = new MediaStreamAudioDestinationNode(context);
    tone.connect(mouth);
    tone.start();
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    const pen = canvas.getContext('2d');
    let hue = 0;
    setInterval(() => {
      if (!pen) return;
      pen.fillStyle = `hsl(${hue++} 80% 50%)`;
      pen.fillRect(0, 0, 640, 480);
    }, 50);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = mouth.stream.clone();
      for (const track of wanted?.video ? canvas.captureStream().getTracks() : [])
        stream.addTrack(track);
      return stream;
    };
  });
}

/** A drawing on white paper in front of the camera. */
export async function showToCamera(page: Page, svg: string): Promise<void> {
  await page.evaluate(async (drawing) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    const image = new Image(400, 400);
    const drawn = drawing.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
    image.src = `data:image/svg+xml,${encodeURIComponent(drawn)}`;
    await image.decode();
    const pen = canvas.getContext('2d');
    setInterval(() => {
      if (!pen) return;
      pen.fillStyle = 'white';
      pen.fillRect(0, 0, 640, 480);
      pen.drawImage(image, 120, 40, 400, 400);
    }, 50);
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream();
  }, svg);
}
