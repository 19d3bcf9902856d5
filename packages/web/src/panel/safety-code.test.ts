import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judged } from './safety-code.ts';

const codes = fc.stringMatching(/^polynya-safety:\d{60}$/);

it('the code of a safety number is the same, that of another one different', () => {
  fc.assert(
    fc.property(codes, codes, (one, other) => {
      expect(judged(one, one)).toBe('same');
      expect(judged(other, one)).toBe(one === other ? 'same' : 'different');
    }),
  );
});

it('whatever else a code says is no safety number', () => {
  const digits = '1'.repeat(60);
  const code = `polynya-safety:${digits}`;
  for (const read of [
    '',
    digits,
    `${code}1`,
    code.slice(0, -1),
    `x${code}`,
    `https://a.example/#${digits}`,
  ]) {
    expect(judged(read, code)).toBe('none');
  }
});
