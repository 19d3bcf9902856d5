/** What a camera sees that is held before a terminal: its code as it was printed, as a film for Chromium's own camera. */
import { strictEqual } from 'node:assert/strict';

const [WIDTH, HEIGHT] = [640, 480];
/** Luma and chroma as video has them (ITU-R BT.601). */
const [DARK, LIGHT, NO_COLOUR] = [16, 235, 128];

/** Arguments of a browser whose camera shows that film, which need not be there before a page asks for a camera. */
export function filmsFrom(path: string): string[] {
  const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  return [...camera, `--use-file-for-fake-video-capture=${path}`];
}

/** One picture in YUV4MPEG2, shown again and again, of the code among what a program printed. */
export function filmOfScreen(printed: string): Buffer {
  const modules = modulesOn(printed);
  const size = modules.length;
  const scale = Math.floor(HEIGHT / size);
  strictEqual(scale > 2, true, `a code of ${size} modules`);
  const left = Math.floor((WIDTH - size * scale) / 2);
  const luma = Buffer.alloc(WIDTH * HEIGHT, LIGHT);
  for (let y = 0; y < size * scale; y++) {
    for (let x = 0; x < size * scale; x++) {
      if (modules[Math.floor(y / scale)]?.[Math.floor(x / scale)])
        luma[y * WIDTH + left + x] = DARK;
    }
  }
  const head = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F20:1 Ip A1:1 C420jpeg\nFRAME\n`;
  return Buffer.concat([Buffer.from(head), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, NO_COLOUR)]);
}

/** Rows of the code, true where it is dark: each line that is printed in black on white has two of them. */
function modulesOn(printed: string): boolean[][] {
  return printed.split('\u001b[30;107m').flatMap((line) => {
    const signs = /^[ ▀▄█]+/.exec(line)?.[0] ?? '';
    return signs === ''
      ? []
      : ['▀█', '▄█'].map((dark) => [...signs].map((sign) => dark.includes(sign)));
  });
}
