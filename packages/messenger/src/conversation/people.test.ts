import { expect, test } from 'vitest';
import { blankPerson, idOf, namesakes } from './people.ts';

const person = (fill: number, name: string, here: boolean) => ({
  ...blankPerson(new Uint8Array(32).fill(fill)),
  name,
  here,
});

test('whoever has a name that looks like another’s shares it, also with one who went', () => {
  const people = [
    person(1, 'Anna', true),
    person(2, 'Аnnа', false),
    person(3, 'Boris', true),
    person(4, '', true),
    person(5, '', true),
  ];
  expect(people.map((one) => namesakes(people, idOf(one)).length)).toEqual([2, 2, 1, 0, 0]);
  expect(namesakes(people, 'ff'.repeat(16))).toEqual([]);
});
