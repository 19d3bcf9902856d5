/** Names on a screen: cleaned, and told apart by four hex digits of the person id where two are alike. */
import type { PersonId } from '@polynya/messenger/api';
import { tagOf } from '@polynya/messenger/identity/person';
import { cleanLine } from './clean.ts';

/** How to call each of these people; of one id the last name given counts. */
export function namesOf(
  people: Iterable<{ readonly person: PersonId; readonly name: string }>,
): ReadonlyMap<PersonId, string> {
  const names = new Map<PersonId, string>();
  for (const { person, name } of people) names.set(person, cleanLine(name) || 'nameless');
  const bearers = new Map<string, number>();
  for (const name of names.values()) bearers.set(alike(name), (bearers.get(alike(name)) ?? 0) + 1);
  for (const [person, name] of names) {
    if ((bearers.get(alike(name)) ?? 0) > 1) names.set(person, `${name} #${tagOf(person)}`);
  }
  return names;
}

/** Names that a reader would take for one another, as far as Unicode's compatibility forms go. */
function alike(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
