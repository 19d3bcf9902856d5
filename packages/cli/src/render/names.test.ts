import { expect, test } from 'vitest';
import { namesOf } from './names.ts';

const ann = { person: 'a1b2c3d4', name: 'Ann' };

test('a name that only one person has stands alone', () => {
  expect([...namesOf([ann, { person: 'ffff0000', name: 'Bo' }]).values()]).toEqual(['Ann', 'Bo']);
});

test('two people of one name show their tag, also when only the letters differ in form', () => {
  const names = namesOf([ann, { person: 'ffff0000', name: 'ａnn\u200b' }]);
  expect([...names.values()]).toEqual(['Ann #a1b2', 'ａnn #ffff']);
});

test('one person met twice is one person', () => {
  expect([...namesOf([{ ...ann, name: 'Anna' }, ann]).values()]).toEqual(['Ann']);
});

test('a name that is empty once cleaned is still a name', () => {
  expect(namesOf([{ person: 'aa', name: '\u200b' }]).get('aa')).toBe('nameless');
});
