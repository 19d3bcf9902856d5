import { expect, it } from 'vitest';
import { sharedIn } from './shared.ts';

function form(fields: Readonly<Record<string, string | File>>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

it('puts title, text and link under one another, each said once', () => {
  expect(sharedIn(form({ title: 'Ice', text: 'Look', url: 'https://ice.example/' }))).toEqual({
    text: 'Ice\nLook\nhttps://ice.example/',
    files: [],
  });
  const twice = { title: '', text: 'Look: https://ice.example/', url: 'https://ice.example/' };
  expect(sharedIn(form(twice)).text).toBe('Look: https://ice.example/');
  expect(sharedIn(form({ title: 'Ice', text: 'Ice', url: 'Ice' })).text).toBe('Ice');
});

it('takes files, and leaves out those that are none', () => {
  const file = new File(['ice'], 'ice.txt');
  const { text, files } = sharedIn(form({ files: file, text: ' ' }));
  expect([text, files.map(({ name }) => name)]).toEqual(['', ['ice.txt']]);
  expect(sharedIn(form({ files: new File([], '') })).files).toEqual([]);
  expect(sharedIn(form({ files: 'not a file' })).files).toEqual([]);
});
