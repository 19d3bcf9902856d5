import type { PersonView } from '@polynya/messenger/api';
import { expect, it } from 'vitest';
import { peopleLines } from './people.ts';

const person = (name: string, about: Partial<PersonView>): PersonView => ({
  person: name.repeat(8),
  name,
  tag: 'abcd',
  namesake: false,
  me: false,
  admin: false,
  devices: 1,
  forked: false,
  compared: null,
  blocked: false,
  reachable: true,
  invitedBy: null,
  typing: false,
  ...about,
});

it('says with whom safety numbers were compared, and where they are to be again', () => {
  const people = [
    person('Ada', { me: true }),
    person('Bo', { compared: 'same' }),
    person('Cy', { compared: 'new-device' }),
    person('Di', { compared: 'namesake' }),
  ];
  expect(peopleLines(people)).toEqual([
    'Ada (you)',
    'Bo (safety number compared)',
    'Cy (a new device since the safety number was compared: compare again)',
    'Di (not the one of this name whose safety number was compared)',
  ]);
});
