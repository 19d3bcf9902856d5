/**
 * QR codes (ISO/IEC 18004:2015) as far as a page needs them: bytes, with the least correction of errors (level L), in
 * whichever of the 40 sizes they fit into.
 */

/** By version less one: codewords that correct errors, of each block, and how many blocks there are. */
const FIXING = '7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28 28 28 30 30 26 28'
  .split(' ')
  .map(Number);
const BLOCKS =
  '1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8 8 9 9 10 12 12 12 13 14 15 16 17 18 19 19 20 21 22 24 25'
    .split(' ')
    .map(Number);
const LARGEST = BLOCKS.length;

/** Powers of 2 in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1, and their logarithms. */
const POWERS: number[] = [];
const LOGS: number[] = [];
for (let i = 0, power = 1; i < 255; i++, power = power > 127 ? (power * 2) ^ 0x11d : power * 2) {
  POWERS[i] = power;
  LOGS[power] = i;
}
const times = (a: number, log: number) =>
  a === 0 ? 0 : (POWERS[((LOGS[a] ?? 0) + log) % 255] ?? 0);

/** Section 7.3.10 and table 9: 40 sizes, data and correction together. */
function codewords(version: number): number {
  const marks = Math.floor(version / 7) + 2;
  const patterns = version === 1 ? 0 : (25 * marks - 10) * marks - 55 + (version < 7 ? 0 : 36);
  return ((16 * version + 128) * version + 64 - patterns) >> 3;
}

const fixingOf = (version: number) => FIXING[version - 1] ?? 30;
const blocksOf = (version: number) => BLOCKS[version - 1] ?? 0;
const room = (version: number) => codewords(version) - fixingOf(version) * blocksOf(version);

/** Dark is true, row by row, without a border; null for more than 2,953 bytes of UTF-8. */
export function qrMatrix(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  // Four bits for the mode and 8 or 16 for the length, and the end of bytes.
  while (room(version) < bytes.length + (version < 10 ? 2 : 3))
    if (++version > LARGEST) return null;
  const words = interleaved(dataOf(bytes, version), version);
  const drawn = Array.from({ length: 8 }, (_, mask) => draw(version, words, mask));
  const faults = drawn.map(faultsOf);
  return drawn[faults.indexOf(Math.min(...faults))] ?? null;
}

/** Section 7.4: byte mode, length, bytes, end, padding. */
function dataOf(bytes: Uint8Array, version: number): number[] {
  const length = bytes.length.toString(2).padStart(version < 10 ? 8 : 16, '0');
  const bits = `0100${length}${[...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')}0000`;
  const words = (bits.match(/.{8}/g) ?? []).map((word) => Number.parseInt(word, 2));
  for (let pad = 0xec; words.length < room(version); pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** Sections 7.5 and 7.6: Reed-Solomon block by block, then word by word of all blocks. */
function interleaved(data: readonly number[], version: number): number[] {
  const count = blocksOf(version);
  const fixing = fixingOf(version);
  const short = Math.floor(data.length / count);
  const longer = data.length % count;
  let generator = [0];
  for (let root = 0; root < fixing; root++) {
    // Times (x - 2^root), in logarithms: the first factor is always 1.
    const shifted = generator.map((log) => times(POWERS[log] ?? 0, root));
    generator = [...generator, 0].map((log, i) => {
      const sum = (i < generator.length ? (POWERS[log] ?? 0) : 0) ^ (shifted[i - 1] ?? 0);
      return LOGS[sum] ?? 0;
    });
  }
  const blocks: number[][] = [];
  const corrections: number[][] = [];
  let at = 0;
  for (let block = 0; block < count; block++) {
    const part = data.slice(at, at + short + (block < count - longer ? 0 : 1));
    at += part.length;
    const rest = [...part, ...new Array<number>(fixing).fill(0)];
    for (let i = 0; i < part.length; i++) {
      const lead = rest[i] ?? 0;
      generator.forEach((log, j) => {
        rest[i + j] = (rest[i + j] ?? 0) ^ times(lead, log);
      });
    }
    blocks.push(part);
    corrections.push(rest.slice(part.length));
  }
  const woven = (parts: number[][]) =>
    Array.from({ length: Math.max(...parts.map(({ length }) => length)) }, (_, i) =>
      parts.flatMap((part) => part[i] ?? []),
    ).flat();
  return [...woven(blocks), ...woven(corrections)];
}

/** Section 7.8.2, in its order; what is 0 is turned over. */
const MASKS: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (x + y) % 2,
  (_, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** Sections 6.3, 7.7.3, 7.9 and 7.10. */
function draw(version: number, words: readonly number[], mask: number): boolean[][] {
  const size = 17 + 4 * version;
  const grid: boolean[][] = Array.from({ length: size }, () => []);
  const put = (x: number, y: number, dark: boolean) => {
    const row = grid[y];
    if (row && x >= 0 && x < size) row[x] = dark;
  };
  /** Rings around a middle: dark but for those that are named. */
  const rings = (x: number, y: number, radius: number, light: readonly number[]) => {
    for (let i = -radius; i <= radius; i++)
      for (let j = -radius; j <= radius; j++)
        put(x + i, y + j, !light.includes(Math.max(Math.abs(i), Math.abs(j))));
  };
  for (let i = 0; i < size; i++) {
    put(i, 6, i % 2 === 0);
    put(6, i, i % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    rings(x, y, 4, [2, 4]);
  const marks = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : Math.ceil((version * 2 + 2) / (marks - 1)) * 2;
  const places = Array.from({ length: marks }, (_, i) =>
    i === 0 ? 6 : size - 7 - step * (marks - 1 - i),
  );
  for (const x of places)
    for (const y of places)
      if ((x > 6 && y > 6) || (x > 6 && x < size - 7) || (y > 6 && y < size - 7))
        rings(x, y, 2, [1]);

  const format = withCheck(8 + mask, 0x537, 10) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const dark = ((format >> i) & 1) === 1;
    const near = i < 6 ? i : i < 8 ? i + 1 : size - 15 + i;
    put(8, near, dark);
    put(i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i, 8, dark);
  }
  put(8, size - 8, true);
  if (version > 6) {
    const bits = withCheck(version, 0x1f25, 12);
    for (let i = 0; i < 18; i++) {
      const [near, far] = [Math.floor(i / 3), size - 11 + (i % 3)];
      put(near, far, ((bits >> i) & 1) === 1);
      put(far, near, ((bits >> i) & 1) === 1);
    }
  }
  let bit = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const up = ((right < 6 ? right + 1 : right) & 2) === 0;
    for (let i = 0; i < size; i++) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (grid[y]?.[x] !== undefined) continue;
        const one = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        put(x, y, (one === 1) !== (MASKS[mask]?.(x, y) === 0));
        bit++;
      }
    }
  }
  return grid;
}

/** A value, behind it the remainder of its division by a BCH code's generator of that degree. */
function withCheck(value: number, generator: number, degree: number): number {
  let rest = value;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
  return (value << degree) | rest;
}

/** Section 7.8.3: runs, squares, what looks like a corner, and too much of one colour. */
function faultsOf(grid: readonly (readonly boolean[])[]): number {
  const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x] ?? false))].map((line) =>
    line.map(Number).join(''),
  );
  let faults = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) faults += run.length - 2;
    faults += 40 * [...line.matchAll(/(?=10111010000|00001011101)/g)].length;
  }
  let dark = 0;
  grid.forEach((row, y) => {
    const above = grid[y - 1] ?? [];
    row.forEach((one, x) => {
      if (one) dark++;
      if (one === above[x] && one === row[x - 1] && one === above[x - 1]) faults += 3;
    });
  });
  return faults + 10 * Math.floor(Math.abs((20 * dark) / grid.length ** 2 - 10));
}
