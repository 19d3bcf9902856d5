/** The people of a chat as lines of text. */
import type { Compared, PersonView } from '@polynya/messenger/api';
import { namesOf } from './names.ts';

const COMPARED: Readonly<Record<NonNullable<Compared>, string>> = {
  same: 'safety number compared',
  'new-device': 'a new device since the safety number was compared: compare again',
  namesake: 'not the one of this name whose safety number was compared',
};

/** One line for each person. */
export function peopleLines(all: readonly PersonView[]): string[] {
  const names = namesOf(all);
  return all.map((person) => {
    const marks = marksOf(person, names);
    const name = names.get(person.person) ?? '';
    return marks.length > 0 ? `${name} (${marks.join(', ')})` : name;
  });
}

function marksOf(person: PersonView, names: ReadonlyMap<string, string>): string[] {
  const marks: string[] = [];
  if (person.me) marks.push('you');
  if (person.admin) marks.push('admin');
  if (person.blocked) marks.push('blocked');
  if (person.compared) marks.push(COMPARED[person.compared]);
  if (person.invitedBy && !person.me) {
    const inviter = names.get(person.invitedBy) ?? 'a former member';
    marks.push(`came by ${inviter}'s invite, not verified`);
  }
  return marks;
}
