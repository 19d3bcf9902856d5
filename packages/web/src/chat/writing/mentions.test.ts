/** Mentions while typing, and in what was typed. */
import type { PersonView } from '@polynya/messenger/api';
import { describe, expect, it } from 'vitest';
import { mentionable, mentionedIn, openMention } from './mentions.ts';

const person = (id: string, name: string, me = false): PersonView => ({
  person: id,
  name,
  me,
  tag: id,
  admin: false,
  devices: 1,
  namesake: false,
  forked: false,
  compared: null,
  blocked: false,
  reachable: true,
  invitedBy: null,
  typing: false,
});
const people = [
  person('1', 'Anna Maria'),
  person('2', 'Борис'),
  person('3', 'Борис'),
  person('4', 'Me', true),
];

describe('openMention', () => {
  it('begins at an @ that begins a word, up to the cursor', () => {
    expect(openMention('hi @an and', 6)).toEqual({ from: 3, part: 'an' });
    expect(openMention('@', 1)).toEqual({ from: 0, part: '' });
    expect(openMention('a@b.example', 5)).toBeNull();
    expect(openMention('@an\nand', 7)).toBeNull();
    expect(openMention('no', 2)).toBeNull();
  });
});

describe('mentionable', () => {
  it('finds others by the beginning of any word of their name', () => {
    expect(mentionable(people, 'mar').map((found) => found.person)).toEqual(['1']);
    expect(mentionable(people, 'бо').map((found) => found.person)).toEqual(['2', '3']);
    expect(mentionable(people, 'me')).toEqual([]);
  });
});

describe('mentionedIn', () => {
  it('is whoever is named after an @; of two who share a name the chosen one', () => {
    expect(mentionedIn('@Anna Maria, come', people, new Set())).toEqual(['1']);
    expect(mentionedIn('@Борис', people, new Set(['3']))).toEqual(['3']);
    expect(mentionedIn('@Борис', people, new Set())).toEqual(['2', '3']);
    expect(mentionedIn('Anna Maria', people, new Set(['1']))).toEqual([]);
  });
});
