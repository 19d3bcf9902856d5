/** Shortcuts answer on every layout, and to nothing else. */
import { describe, expect, it } from 'vitest';
import { isLetter, isSlash, withAlt, withMod } from './keys.ts';

const press = (key: string, code: string, held: Partial<KeyboardEvent> = {}) => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('a letter', () => {
  it('is known by what its key types', () => {
    expect(isLetter(press('k', 'KeyK'), 'k')).toBe(true);
    expect(isLetter(press('K', 'KeyK'), 'k')).toBe(true);
    // Dvorak: the key in the place of V types K, the one in the place of K types T.
    expect(isLetter(press('k', 'KeyV'), 'k')).toBe(true);
    expect(isLetter(press('t', 'KeyK'), 'k')).toBe(false);
  });

  it('is known by its place where the layout has no Latin letters', () => {
    expect(isLetter(press('л', 'KeyK'), 'k')).toBe(true);
    expect(isLetter(press('а', 'KeyF'), 'f')).toBe(true);
    expect(isLetter(press('а', 'KeyF'), 'k')).toBe(false);
  });
});

describe('the slash', () => {
  it('is its key on Latin and Cyrillic layouts, and not the minus of a German one', () => {
    expect(isSlash(press('/', 'Slash'))).toBe(true);
    expect(isSlash(press('/', 'Digit7'))).toBe(true);
    expect(isSlash(press('.', 'Slash'))).toBe(true);
    expect(isSlash(press('.', 'Period'))).toBe(false);
    expect(isSlash(press('-', 'Slash'))).toBe(false);
  });
});

describe('modifiers', () => {
  it('are the system’s own one, alone', () => {
    expect(withMod(press('k', 'KeyK', { ctrlKey: true }), false)).toBe(true);
    expect(withMod(press('k', 'KeyK', { metaKey: true }), false)).toBe(false);
    expect(withMod(press('k', 'KeyK', { metaKey: true }), true)).toBe(true);
    expect(withMod(press('k', 'KeyK', { ctrlKey: true }), true)).toBe(false);
    expect(withMod(press('k', 'KeyK', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    // AltGr, which types letters on many layouts, is both.
    expect(withMod(press('ł', 'KeyL', { ctrlKey: true, altKey: true }), false)).toBe(false);
    expect(withAlt(press('ArrowUp', 'ArrowUp', { altKey: true }))).toBe(true);
    expect(withAlt(press('ArrowUp', 'ArrowUp', { altKey: true, ctrlKey: true }))).toBe(false);
  });
});
