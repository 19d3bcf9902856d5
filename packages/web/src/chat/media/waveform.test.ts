import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packWave, unpackWave } from './waveform.ts';

test('a waveform is 30 bytes, and comes out as it went in, to a 32nd of the loudest', () => {
  const loud = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 48,
    maxLength: 48,
  });
  fc.assert(
    fc.property(loud, (levels) => {
      const packed = packWave(levels);
      expect(packed).toHaveLength(30);
      const top = Math.max(...levels);
      unpackWave(packed).forEach((value, i) => {
        if (top > 1e-9) expect(Math.abs(value - (levels[i] ?? 0) / top)).toBeLessThan(1 / 31);
      });
    }),
  );
});

test('a long note has the loudest moment of each span, a short one its moments spread', () => {
  const levels = Array.from({ length: 4800 }, (_, i) => (i === 250 ? 1 : 0));
  expect(unpackWave(packWave(levels)).indexOf(1)).toBe(2);
  expect(unpackWave(packWave([0, 1])).slice(20, 28)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
});

test('silence, nothing recorded and a note without a waveform are flat', () => {
  for (const flat of [packWave([0, 0]), packWave([]), null]) {
    expect(unpackWave(flat)).toEqual(new Array(48).fill(0));
  }
});
