/** What opens over all else, wherever it was opened from. */

/**
 * A list moves its rows about, and what is moved is on top no more and keeps no focus (HTML section 6.12, 4.11.4): so
 * it is taken out of the row, and no further than out of the dialog that it is in, beyond which nothing can be used.
 * `show` is called in both places: by the focus the list hears which row to keep meanwhile.
 * @returns what had the focus
 */
export function putOnTop(element: HTMLElement, show: () => void): HTMLElement | null {
  const opener = document.activeElement as HTMLElement | null;
  show();
  (element.parentElement?.closest('dialog, main') ?? document.body).append(element);
  // The browser gives the focus back to what has it now.
  opener?.focus();
  show();
  return opener;
}
