/** Pictures for messages, painted by a browser: an evening over the ice, a wood, a street at night, a cup, a cat. */
import type { Page } from 'playwright-core';

export interface Picture {
  readonly bytes: Buffer;
  /** As the page makes it for a message. */
  readonly thumb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Each of another kind and shape. */
export const PICTURES = [
  'evening',
  'wood',
  'street',
  'cup',
  'cat',
] as const satisfies readonly string[];

export async function paint(page: Page, kind: (typeof PICTURES)[number]): Promise<Picture> {
  const { large, small, width, height } = await page.evaluate(painted, kind);
  return {
    bytes: Buffer.from(large, 'base64'),
    thumb: new Uint8Array(Buffer.from(small, 'base64')),
    width,
    height,
  };
}

/** In the page: all that it needs is inside. */
async function painted(kind: string) {
  const [width, height] = kind === 'wood' || kind === 'cat' ? [900, 1200] : [1280, 853];
  const canvas = new OffscreenCanvas(width, height);
  const art = canvas.getContext('2d');
  if (!art) throw new Error('no canvas');
  const sky = (colours: readonly string[]) => {
    const fill = art.createLinearGradient(0, 0, 0, height);
    for (const [at, colour] of colours.entries())
      fill.addColorStop(at / (colours.length - 1), colour);
    art.fillStyle = fill;
    art.fillRect(0, 0, width, height);
  };
  const disc = (x: number, y: number, radius: number, colour: string) => {
    art.fillStyle = colour;
    art.beginPath();
    art.arc(x, y, radius, 0, 7);
    art.fill();
  };
  const shape = (colour: string, points: readonly (readonly [number, number])[]) => {
    art.fillStyle = colour;
    art.beginPath();
    for (const [x, y] of points) art.lineTo(x * width, y * height);
    art.fill();
  };
  let seed = 7;
  const chance = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  if (kind === 'evening') {
    sky(['#274a6b', '#c9798a', '#f6c48b', '#dfeef2', '#9fc4cf']);
    disc(width * 0.62, height * 0.47, 62, '#fff2c9');
    shape('#5d7690', [
      [0, 0.52],
      [0.2, 0.42],
      [0.36, 0.5],
      [0.6, 0.38],
      [0.85, 0.5],
      [1, 0.45],
      [1, 0.56],
      [0, 0.56],
    ]);
    shape('#e9f4f6', [
      [0, 0.56],
      [1, 0.56],
      [1, 1],
      [0, 1],
    ]);
    shape('#14505c', [
      [0.25, 0.7],
      [0.55, 0.64],
      [0.86, 0.72],
      [0.7, 0.84],
      [0.38, 0.86],
    ]);
    shape('#1f7480', [
      [0.32, 0.72],
      [0.55, 0.67],
      [0.78, 0.73],
      [0.66, 0.81],
      [0.42, 0.82],
    ]);
  } else if (kind === 'wood') {
    sky(['#dceaf1', '#f3f6f4', '#cfdcd9']);
    for (let tree = 0; tree < 26; tree++) {
      const x = chance() * width;
      const thick = 14 + chance() * 34;
      art.fillStyle = tree % 3 ? '#f7f5ef' : '#c7cdca';
      art.fillRect(x, 0, thick, height * (0.72 + chance() * 0.2));
      art.fillStyle = '#3a3f40';
      for (let mark = 0; mark < 16; mark++)
        art.fillRect(x + chance() * thick * 0.6, chance() * height * 0.8, thick * 0.4, 4);
    }
    shape('#f4f8fa', [
      [0, 0.8],
      [0.5, 0.75],
      [1, 0.82],
      [1, 1],
      [0, 1],
    ]);
  } else if (kind === 'street') {
    sky(['#0d1b33', '#263e63', '#5b5a78']);
    for (let house = 0; house < 9; house++) {
      const x = (house / 9) * width;
      const top = height * (0.25 + chance() * 0.3);
      art.fillStyle = ['#1b2740', '#22304b', '#182238'][house % 3] ?? '';
      art.fillRect(x, top, width / 9 + 2, height);
      for (let row = top + 24; row < height * 0.8; row += 46)
        for (let column = x + 14; column < x + width / 9 - 26; column += 40) {
          art.fillStyle = chance() > 0.45 ? '#ffd98a' : '#2e3c58';
          art.fillRect(column, row, 20, 26);
        }
    }
    shape('#dfe7f0', [
      [0, 0.86],
      [1, 0.82],
      [1, 1],
      [0, 1],
    ]);
  } else if (kind === 'cup') {
    sky(['#e8d7c0', '#c9a883']);
    disc(width * 0.5, height * 0.55, 300, '#f7f1e8');
    disc(width * 0.5, height * 0.55, 236, '#fffdf9');
    disc(width * 0.5, height * 0.55, 200, '#7a4a2a');
    disc(width * 0.47, height * 0.5, 60, '#a2683f');
  } else {
    sky(['#8fb7a5', '#d9e3c8']);
    shape('#e2953f', [
      [0.2, 1],
      [0.22, 0.55],
      [0.3, 0.3],
      [0.42, 0.42],
      [0.58, 0.42],
      [0.7, 0.3],
      [0.78, 0.55],
      [0.8, 1],
    ]);
    for (const side of [0.4, 0.6]) {
      disc(width * side, height * 0.56, 44, '#f3f7d8');
      disc(width * side, height * 0.56, 18, '#1d2a20');
    }
    shape('#b5523a', [
      [0.46, 0.66],
      [0.54, 0.66],
      [0.5, 0.7],
    ]);
  }
  const base64 = async (blob: Blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  };
  const little = new OffscreenCanvas(width / 4, height / 4);
  little.getContext('2d')?.drawImage(canvas, 0, 0, width / 4, height / 4);
  return {
    large: await base64(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 })),
    small: await base64(await little.convertToBlob({ type: 'image/webp', quality: 0.6 })),
    width,
    height,
  };
}
