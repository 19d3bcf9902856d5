import { expect, it } from 'vitest';
import { canShrink, fitting, renamed } from './shrink-picture.ts';

it('pictures are drawn anew; animations, drawings and all other files go as they are', () => {
  const kinds = ['image/jpeg', 'image/tiff', 'image/gif', 'image/svg+xml', 'video/mp4', ''];
  const fits = (name: string, type: string) => canShrink(new File([], name, { type }));
  expect(kinds.filter((type) => fits('a', type))).toEqual(['image/jpeg', 'image/tiff']);
  // Phones' pictures, of which many browsers know no kind.
  expect(fits('IMG_0001.HEIC', '')).toBe(true);
});

it('a picture keeps its shape and is never made larger', () => {
  expect(fitting(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(fitting(300, 200)).toEqual({ width: 300, height: 200 });
  expect(fitting(9000, 2)).toEqual({ width: 1600, height: 1 });
});

it('its name ends as what it has become', () => {
  expect(renamed('IMG_0001.HEIC', 'image/jpeg')).toBe('IMG_0001.jpg');
  expect(renamed('снимок', 'image/webp')).toBe('снимок.webp');
  expect(renamed('', 'image/jpeg')).toBe('');
  expect(renamed('v1.2 of it.png', 'image/webp')).toBe('v1.2 of it.webp');
});
