import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSmallPicture } from './small-picture.ts';

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

/** Real pictures of one pixel, and where their headers have width and height: place, bytes, little end first. */
const PICTURES = {
  'WebP, lossy': [bytes('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA'), [26, 2, true]],
  'WebP with transparency': [
    bytes(
      'UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==',
    ),
    [24, 3, true],
  ],
  PNG: [
    bytes(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    ),
    [16, 4, false],
  ],
} as const;

for (const [name, [picture, [place, length, little]]] of Object.entries(PICTURES)) {
  test(`${name}: small is shown, larger along either side is not`, () => {
    expect(isSmallPicture(picture)).toBe(true);
    for (const side of [0, 1]) {
      const large = picture.slice();
      large[place + side * length + (little ? 1 : length - 2)] = 0x20;
      expect(isSmallPicture(large)).toBe(false);
    }
  });
}

test('WebP without loss: small is shown, larger along either side is not', () => {
  const picture = bytes('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==');
  expect(isSmallPicture(picture)).toBe(true);
  for (const [place, bits] of [
    [22, 0x20],
    [24, 0x0f],
  ] as const) {
    const large = picture.slice();
    large[place] = bits;
    expect(isSmallPicture(large)).toBe(false);
  }
});

test('anything else is not shown, whatever it is, and nothing is thrown', () => {
  for (const none of ['<svg xmlns="http://www.w3.org/2000/svg"/>           ', 'GIF89a']) {
    expect(isSmallPicture(new TextEncoder().encode(none))).toBe(false);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
      expect(isSmallPicture(noise)).toBe(false);
    }),
  );
});
