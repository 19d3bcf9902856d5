/** What the lab expects to be said of a line is what can be said of one. */
import { DIAGNOSES } from '@polynya/reach/diagnosis/diagnose';
import { SENTENCES as SAID } from '@polynya/reach/diagnosis/sentences';
import { expect, test } from 'vitest';
import { SENTENCES, saidIn } from '../lab/diagnosis.ts';

test('the lab has each diagnosis that there is and no other, and knows its sentence from all others', () => {
  expect(Object.keys(SENTENCES).sort()).toEqual([...DIAGNOSES].sort());
  for (const diagnosis of DIAGNOSES) expect(saidIn(SAID.en[diagnosis])).toBe(diagnosis);
  expect(saidIn('Nobody knows.')).toBeNull();
});
