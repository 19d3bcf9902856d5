import { expect, test } from 'vitest';
import { Failure } from '../failure.ts';
import { theOne } from './find.ts';

const things = [
  { id: 'a1b2c3d4e5', name: 'Family' },
  { id: 'a1b2ffffff', name: 'Family trip' },
  { id: 'beefbeef00', name: 'Bo' },
  { id: 'cafecafe00', name: 'Bo' },
];
const find = (wanted: string) => theOne(wanted, 'chat', things, (thing) => thing).id;

test('a whole name goes before names that begin with it', () => {
  expect(find('family')).toBe('a1b2c3d4e5');
  expect(find('Family t')).toBe('a1b2ffffff');
});

test('the beginning of an id is enough, from four letters on', () => {
  expect(find('beef')).toBe('beefbeef00');
  expect(() => find('bee')).toThrow('There is no chat "bee".');
});

test('of two with one name each is found by the tag that is shown', () => {
  expect(find('Bo #cafe')).toBe('cafecafe00');
});

test('what may be two is refused, with the ids to choose from', () => {
  expect(() => find('Bo')).toThrow(
    '"Bo" may be more than one chat: say one of beefbeef, cafecafe.',
  );
  expect(() => find('a1b2')).toThrow(Failure);
});

test('nothing is not the first of all', () => {
  expect(() => find('')).toThrow(Failure);
});
