/** Mentions while typing: what the @ before the cursor could mean, and whom a finished text mentions. */
import type { PersonId, PersonView } from '@polynya/messenger/api';

export interface OpenMention {
  /** Where the @ stands. */
  readonly from: number;
  /** What was typed after it. */
  readonly part: string;
}

const PART_LETTERS = 64;

/** The mention being typed at `cursor`, or null. The @ begins a word. */
export function openMention(text: string, cursor: number): OpenMention | null {
  const before = text.slice(0, cursor);
  const from = before.lastIndexOf('@');
  if (from < 0 || /[\p{L}\p{N}]/u.test(before[from - 1] ?? '')) return null;
  const part = before.slice(from + 1);
  return part.includes('\n') || part.length > PART_LETTERS ? null : { from, part };
}

/** Those whose name has a word that begins with what was typed. */
export function mentionable(people: readonly PersonView[], part: string): PersonView[] {
  return people.filter(({ me, name }) => !me && beginsWord(name, part));
}

/** Whether a name, or a word of it, begins with what was typed. */
export function beginsWord(name: string, typed: string): boolean {
  const wanted = typed.toLocaleLowerCase();
  const known = name.toLocaleLowerCase();
  return known.startsWith(wanted) || known.split(/\s+/).some((word) => word.startsWith(wanted));
}

/** The people whose names stand in the text after an @; `chosen` settles who, where two share a name. */
export function mentionedIn(
  text: string,
  people: readonly PersonView[],
  chosen: ReadonlySet<PersonId>,
): PersonId[] {
  const named = people.filter(({ me, name }) => !me && text.includes(`@${name}`));
  return named
    .filter(
      ({ person, name }) =>
        chosen.has(person) ||
        !named.some((other) => other.name === name && chosen.has(other.person)),
    )
    .map(({ person }) => person);
}
