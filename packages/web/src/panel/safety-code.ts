/** What a code that was read says of a safety number (docs/protocol.md section 9). */

/** Of a safety number at the end of its code. */
const DIGITS = /\d{60}$/;

/** @param code of the safety number that is to be met */
export function judged(read: string, code: string): 'same' | 'different' | 'none' {
  if (read === code) return 'same';
  const begins = (said: string) => said.replace(DIGITS, '');
  return DIGITS.test(read) && begins(read) === begins(code) ? 'different' : 'none';
}
