import encodeQR from 'qr';
import { expect, test } from 'vitest';
import { qrMatrix } from './qr-matrix.ts';

/** By another implementation, under the mask that ours has chosen, which stands beside its upper left corner. */
function theirs(text: string, ours: readonly (readonly boolean[])[]): string {
  const mask = [2, 3, 4].reduce((bits, x) => 2 * bits + Number(ours[8]?.[x]), 0) ^ 5;
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: 1, encoding: 'byte', mask });
  return drawn(rows.slice(1, -1).map((row) => row.slice(1, -1)));
}
const drawn = (rows: readonly (readonly boolean[])[]) =>
  rows.map((row) => row.map(Number).join('')).join('\n');

/** Table 7: version, and the bytes that fit into it at level L; wherever another rule begins, and the largest. */
const CAPACITIES = [
  [1, 17],
  [2, 32],
  [5, 106],
  [6, 134],
  [7, 154],
  [9, 230],
  [10, 271],
  [14, 458],
  [21, 929],
  [32, 1952],
  [40, 2953],
] as const;

test('a code of any size holds what it may, and is what another implementation makes', () => {
  const text = 'https://example.org/#a1/~'.repeat(120);
  for (const [version, capacity] of CAPACITIES) {
    const said = text.slice(0, capacity);
    const ours = qrMatrix(said);
    if (!ours) throw new Error('too long');
    expect(ours).toHaveLength(17 + 4 * version);
    expect(drawn(ours)).toBe(theirs(said, ours));
  }
});

test('letters beyond ASCII are UTF-8, and nothing at all is a code too', () => {
  for (const text of ['полынья', '❄️', '']) {
    const ours = qrMatrix(text);
    if (ours && text !== '') expect(drawn(ours)).toBe(theirs(text, ours));
    expect(ours?.length).toBeGreaterThanOrEqual(21);
  }
});

test('what does not fit into the largest is no code', () => {
  expect(qrMatrix('x'.repeat(2954))).toBeNull();
});
