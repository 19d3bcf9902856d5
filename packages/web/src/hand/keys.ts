/** Which key combination was pressed, the same on every keyboard layout. */

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Command on Apple's systems, where Control edits text; Control elsewhere. */
const COMMAND = /^(Mac|iP)/.test(globalThis.navigator?.platform ?? '');

/** Control or Command, and no other modifier. */
export function withMod(event: Pressed, command = COMMAND): boolean {
  const { ctrlKey, metaKey, altKey, shiftKey } = event;
  return (command ? metaKey && !ctrlKey : ctrlKey && !metaKey) && !altKey && !shiftKey;
}

/** As `withMod`, with Shift. */
export function withModShift(event: Pressed, command = COMMAND): boolean {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  return shiftKey && withMod({ key, code, ctrlKey, metaKey, altKey, shiftKey: false }, command);
}

/** Alt alone. */
export function withAlt({ ctrlKey, metaKey, altKey, shiftKey }: Pressed): boolean {
  return altKey && !ctrlKey && !metaKey && !shiftKey;
}

/**
 * Whether a letter's key was pressed: by what it types, or, where that is no Latin letter, by where the letter
 * stands on a Latin keyboard (UI Events, section 4.3: `key` and `code`).
 */
export function isLetter({ key, code }: Pressed, letter: string): boolean {
  return /^[a-z]$/i.test(key)
    ? key.toLowerCase() === letter
    : code === `Key${letter.toUpperCase()}`;
}

/** The slash, also where its key types a full stop, as on Cyrillic keyboards. */
export function isSlash({ key, code }: Pressed): boolean {
  return key === '/' || (code === 'Slash' && key === '.');
}

/** How the modifier is called on this system. */
export const MOD_NAME = COMMAND ? '⌘' : 'Ctrl';
