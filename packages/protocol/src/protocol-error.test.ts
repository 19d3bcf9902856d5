import { describe, expect, it } from 'vitest';
import { ERROR_CODES, errorName, ProtocolError } from './protocol-error.ts';

describe('error codes', () => {
  it('are retriable from 1 to 31 and permanent from 32 to 255, each number once', () => {
    const numbers = Object.values(ERROR_CODES);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const [name, number] of Object.entries(ERROR_CODES)) {
      expect(errorName(number)).toBe(name);
      expect(new ProtocolError(errorName(number)).retriable).toBe(number >= 1 && number <= 31);
      expect(number).toBeLessThan(256);
    }
  });

  it('that are not known are retriable or permanent by their range', () => {
    expect(errorName(31)).toBe('busy');
    expect(errorName(255)).toBe('malformed');
  });
});
