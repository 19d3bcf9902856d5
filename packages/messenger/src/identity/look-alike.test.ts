import { expect, it } from 'vitest';
import { looks } from './look-alike.ts';

it('takes names for one that a reader takes for one', () => {
  for (const other of ['anna', 'Аnnа', 'A n n a', 'Ánna', 'Anna.'])
    expect(looks(other)).toBe(looks('Anna'));
});

it('tells apart what differs to the eye', () => {
  for (const other of ['Anne', 'Anna2', 'Анна', 'Hanna', '👩'])
    expect(looks(other)).not.toBe(looks('Anna'));
});
